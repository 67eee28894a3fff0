// What plans that change a running VM have in common.
import type { Vm } from '../../model/vm.ts'
import type { Measurement, Precondition } from './action.ts'

export const vmRuns = ({ state }: Vm): Precondition => ({
  text: 'the VM runs and is not being migrated',
  holds: state === undefined || state === 'running',
  seen: state ?? 'its process runs',
})

export const byRunDelay: Measurement = {
  design: 'switchback',
  metric: 'run-delay',
  text: "applied and undone by turns; judged by the share of time in which the VM's vCPUs wait for a CPU",
}
