// The VMs that pay most for emulation, and what virtio would save them.
import type { Report, VmReport } from '../document.ts'
import { countText, numberText, percentText, rangeText } from '../format.ts'
import { number, type Section } from './section.ts'

const most = 20

export function payersSection({ vms }: Report): Section {
  const running = vms.filter(({ isRunning }) => isRunning)
  const paying = running
    .filter(({ wait }) => wait !== null && wait > 0)
    .sort((a, b) => b.wait! - a.wait!)
    .slice(0, most)
  const unmeasured = running.filter(({ wait }) => wait === null).length
  const saving = paying.filter((vm): vm is VmReport & { saving: object } => vm.saving !== null).slice(0, 12)
  return {
    id: 'payers',
    title: 'Worst payers for emulation',
    texts: [
      'A vCPU that exits to QEMU waits until QEMU is done. The figures are vCPUs that wait on average: 0.5 means that one vCPU waits half of the time.',
      ...(unmeasured === 0
        ? []
        : [
            `The wait of ${countText(unmeasured, 'running VM')} is not measured, because their hosts run without the kernel module.`,
          ]),
    ],
    figures:
      saving.length === 0
        ? []
        : [
            {
              title: 'What virtio would save',
              description:
                'For each VM with emulated devices: how many vCPUs wait for QEMU, and the range that virtio would save.',
              plot: {
                kind: 'ranges',
                rows: saving.map(({ name, wait, saving: { low, high } }) => ({
                  name,
                  whole: wait!,
                  low,
                  high,
                })),
                wholeName: 'waits for QEMU',
                rangeName: 'virtio would save',
                text: numberText,
              },
              table: {
                caption: 'Wait and saving, in vCPUs',
                columns: [
                  { name: 'VM' },
                  { name: 'waits', isNumber: true },
                  { name: 'saves at least', isNumber: true },
                  { name: 'saves at most', isNumber: true },
                ],
                rows: saving.map(({ name, wait, saving: { low, high } }) => [
                  name,
                  number(wait, numberText),
                  number(low, numberText),
                  number(high, numberText),
                ]),
                empty: '',
              },
            },
          ],
    tables: [
      {
        id: 'payers',
        caption: `Up to ${most} VMs that wait most for QEMU`,
        columns: [
          { name: 'VM' },
          { name: 'host' },
          { name: 'class' },
          { name: 'waits, vCPUs', isNumber: true },
          { name: 'per CPU second', isNumber: true },
          { name: 'at disks', isNumber: true },
          { name: 'at NICs', isNumber: true },
          { name: 'emulated devices' },
          { name: 'virtio saves', isNumber: true },
          { name: 'assumption' },
        ],
        rows: paying.map((vm) => [
          vm.name,
          vm.host,
          vm.class,
          number(vm.wait, numberText),
          number(vm.waitPerCpu, percentText),
          number(vm.diskWait, numberText),
          number(vm.nicWait, numberText),
          [...vm.emulatedDisks, ...vm.emulatedNics].join(', ') || 'none',
          vm.saving === null
            ? { text: '–', value: null }
            : {
                text: rangeText(vm.saving.low, vm.saving.high),
                value: vm.saving.high,
              },
          assumption(vm),
        ]),
        empty: 'No running VM waits for QEMU, or the wait is not measured.',
      },
    ],
  }
}

function assumption({ saving }: VmReport): string {
  if (saving === null) return ''
  const wait = saving.isByDevice
    ? 'its wait at these devices'
    : 'its whole wait, because devices are not counted'
  return saving.basis === 'peers'
    ? `${wait}, less what VMs with virtio still wait`
    : `${wait}, by half or as in the thesis`
}
