// The columns of the list of VMs.
import type { VmFigures } from '../frame/frame.ts'
import type { Style } from '../screen/style.ts'
import { type Column, numberColumn, textColumn } from './column.ts'
import { percent, rate, ratio, short, size, unknown, whole } from './figures.ts'

const classStyles: Readonly<Record<string, Style>> = {
  'emulated-io': 'bad',
  mixed: 'warning',
  'in-kernel-io': 'good',
  'near-native': 'good',
  idle: 'dim',
}

const classStyle = (vm: VmFigures): Style | undefined => classStyles[vm.class ?? '']

/** Seconds per second: 0.41 means 41 % of one CPU. */
const perSecond = (value: number | null): string => (value === null ? unknown : short(value))

export const vmColumns: readonly Column<VmFigures>[] = [
  textColumn({
    id: 'name',
    title: 'VM',
    hint: 'name, from libvirt or QEMU',
    width: 16,
    isFixed: true,
    value: (vm) => vm.label,
  }),
  textColumn({
    id: 'class',
    title: 'CLASS',
    hint: 'where its exits end, over the last minute: emulated-io, mixed, in-kernel-io, near-native, idle',
    width: 12,
    value: (vm) => vm.class,
    style: classStyle,
  }),
  numberColumn({
    id: 'ratio',
    title: 'RATIO',
    hint: 'root-mode switch ratio: the share of exits that KVM handles itself. Near 1 is near bare metal',
    width: 5,
    value: (vm) => vm.ratio,
    format: ratio,
    style: classStyle,
  }),
  numberColumn({
    id: 'io-share',
    title: 'I/O%',
    hint: 'port I/O exits as a share of all exits',
    width: 5,
    value: (vm) => vm.ioShare,
    format: percent,
  }),
  numberColumn({
    id: 'kvm',
    title: 'KVM/s',
    hint: 'exits per second that KVM handles itself',
    width: 6,
    value: (vm) => vm.kernelSwitches,
    format: rate,
  }),
  numberColumn({
    id: 'qemu',
    title: 'QEMU/s',
    hint: 'exits per second that are handed to QEMU',
    width: 6,
    value: (vm) => vm.userspaceSwitches,
    format: rate,
  }),
  numberColumn({
    id: 'io',
    title: 'I/O/s',
    hint: 'port I/O exits per second, whoever handles them',
    width: 6,
    value: (vm) => vm.io,
    format: rate,
  }),
  numberColumn({
    id: 'exceptions',
    title: 'EXC/s',
    hint: 'exits per second on guest exceptions',
    width: 6,
    value: (vm) => vm.exceptions,
    format: rate,
  }),
  numberColumn({
    id: 'wait',
    title: 'WAIT',
    hint: 'seconds per second for which its vCPUs wait for QEMU',
    width: 5,
    value: (vm) => vm.userspaceWait,
    format: perSecond,
  }),
  textColumn({
    id: 'device',
    title: 'DEVICE',
    hint: 'the device whose emulation in QEMU costs most, over the last half minute or more',
    width: 14,
    value: (vm) => vm.device,
  }),
  numberColumn({
    id: 'vcpus',
    title: 'VCPU',
    hint: 'number of vCPUs',
    width: 4,
    value: (vm) => vm.vcpus,
    format: whole,
  }),
  numberColumn({
    id: 'cpu',
    title: 'CPU%',
    hint: 'CPU time of its vCPU threads; 100 is one CPU',
    width: 5,
    value: (vm) => vm.cpu,
    format: percent,
  }),
  numberColumn({
    id: 'delay',
    title: 'DELAY%',
    hint: 'run delay: the share of the time that its vCPUs were ready to run in which they waited for a CPU',
    width: 6,
    value: (vm) => vm.runDelay,
    format: percent,
    style: (vm) => (vm.runDelay !== null && vm.runDelay >= 0.1 ? 'warning' : undefined),
  }),
  textColumn({
    id: 'policy',
    title: 'POLICY',
    hint: 'scheduling policy of its vCPU threads',
    width: 8,
    value: (vm) => vm.policy,
  }),
  numberColumn({
    id: 'priority',
    title: 'PRIO',
    hint: 'real-time priority, or nice value',
    width: 4,
    value: (vm) => vm.rtPriority ?? vm.nice,
    format: whole,
  }),
  numberColumn({
    id: 'memory',
    title: 'MEM',
    hint: 'resident memory of its process, without pages of a huge page pool',
    width: 5,
    value: (vm) => vm.residentBytes,
    format: size,
  }),
  numberColumn({
    id: 'huge',
    title: 'HUGE',
    hint: 'its memory in pages of a huge page pool',
    width: 5,
    value: (vm) => vm.hugetlbBytes,
    format: size,
  }),
  numberColumn({
    id: 'pid',
    title: 'PID',
    hint: 'process ID of QEMU',
    width: 7,
    value: (vm) => vm.pid,
    format: whole,
  }),
  textColumn({
    id: 'state',
    title: 'STATE',
    hint: 'running, paused, migrating, …, if a source tells',
    width: 9,
    value: (vm) => vm.state,
  }),
]
