// Runs in the lab with -icount: `in-lab.ts KVM_STAT`. Measures kvm_stat and `kvminfo top` with more and more VMs, and
// prints a line of JSON for each of them and each number of VMs.

import { execFileSync } from 'node:child_process'
import { endVms, startVm } from '../../lab/cases/kvminfo/vm.ts'
import { kvminfoClock, type Monitor, measureMonitors } from '../monitors.ts'
import { type Measured, numbers, perVm } from './measured.ts'

const updates = 10

/** Sleeps most of the time: one OUT to user space and one HLT, which a signal ends 20 ms later. */
const guest = ['--irqchip', '--out', '1', '--hlt', '1', '--rep', '0']

const [program = ''] = process.argv.slice(2)

const kvmStat = {
  process: 'kvm_stat',
  // The total of its first row.
  clock: /^ \S+ +(\d+) /m,
}
const kvminfo = { command: ['kvminfo', 'top', '--interval=1'], process: 'main.js', clock: kvminfoClock }

const withModules = (vms: number): readonly Monitor[] => [
  { ...kvmStat, name: 'kvm_stat', command: [program, '-s', '1'], shows: /^ kvm_exit /m },
  {
    ...kvmStat,
    name: perVm,
    command: [program, '-d', '-s', '1'],
    key: 'b',
    shows: /^ vm\d+ /m,
  },
  { ...kvminfo, name: 'kvminfo top', shows: new RegExp(`VMs ${vms} [^]*exits: module`) },
]

const withoutModules = (vms: number): readonly Monitor[] => [
  { ...kvminfo, name: 'kvminfo top, no modules', shows: new RegExp(`VMs ${vms} [^]*exits: debugfs`) },
]

async function measure(vms: number, which: readonly Monitor[]): Promise<void> {
  const note = (line: string): void => console.error(`${vms} VMs, ${line}`)
  const costs = await measureMonitors(which, updates, note)
  for (const [index, cost] of costs.entries()) {
    const measured: Measured = { ...cost, monitor: which[index]!.name, vms }
    console.log(JSON.stringify(measured))
  }
}

let started = 0
for (const vms of numbers) {
  for (; started < vms; started++) await startVm('-name', `guest=vm${started}`, ...guest)
  await measure(vms, withModules(vms))
  execFileSync('rmmod', ['kvminfo', 'taskinfo'])
  await measure(vms, withoutModules(vms))
  for (const name of ['kvminfo', 'taskinfo'])
    execFileSync('insmod', [`${process.env.LAB_MODULES}/${name}.ko`])
}
await endVms()
