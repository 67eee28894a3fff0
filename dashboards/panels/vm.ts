// The identity, age, devices and alerts of a VM.
import type { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat'
import type { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table'
import * as units from '@grafana/grafana-foundation-sdk/units'
import { firingOfVms, firingOnHosts } from '../annotations.ts'
import { tableToHost, tableToVm } from '../links.ts'
import * as vm from '../queries/vm.ts'
import { infoTable } from '../style/info-table.ts'
import { stat } from '../style/stat.ts'
import { noneIsGood } from '../style/steps.ts'

export const vmCountStat = (): StatPanel =>
  stat({
    title: 'VMs',
    description: 'Running VMs on the selected hosts.',
    unit: units.Short,
    expr: vm.vmCount,
    noValue: 'none',
  })

export const vcpusStat = (): StatPanel =>
  stat({
    title: 'vCPUs',
    description: 'Running vCPU threads of the VM.',
    unit: units.Short,
    expr: vm.vcpus,
    legend: '{{vm}} on {{instance}}',
    noValue: 'not available',
  })

export const ageStat = (): StatPanel =>
  stat({
    title: 'Running for',
    description: 'Time since the VM process was started.',
    unit: units.DurationSeconds,
    expr: vm.age,
    legend: '{{vm}} on {{instance}}',
    noValue: 'not running',
  })

export const vmAlertsStat = (): StatPanel =>
  stat({
    title: 'Alerts',
    description: 'Alerts of this project that fire for the selected VMs.',
    unit: units.Short,
    expr: vm.firingCount,
    steps: noneIsGood,
  })

export const hostAlertsStat = (): StatPanel =>
  stat({
    title: 'Alerts',
    description: 'Alerts of this project that fire for the selected hosts and their VMs.',
    unit: units.Short,
    expr: vm.firingOnHostsCount,
    steps: noneIsGood,
  })

export const identityTable = (): TablePanel =>
  infoTable({
    title: 'Identity',
    description:
      'Process, UUID and machine type of each VM, and the source from which the exporter knows it.',
    expr: vm.identity,
    labels: {
      vm: 'VM',
      instance: 'Host',
      pid: 'Process',
      uuid: 'UUID',
      machine: 'Machine',
      source: 'Known from',
    },
    links: { Host: tableToHost },
    widths: { UUID: 300 },
    empty: 'not running',
  })

export const disksTable = (): TablePanel =>
  infoTable({
    title: 'Disks',
    description:
      'Disks and their bus, and whether QEMU emulates the controller. QEMU then handles every single access of the guest. Use virtio instead.',
    expr: vm.disks,
    labels: {
      vm: 'VM',
      instance: 'Host',
      device: 'Device',
      bus: 'Bus',
      cache: 'Cache',
      format: 'Format',
      emulated: 'Emulated',
      target: 'libvirt target',
    },
    empty: 'no disk',
  })

export const nicsTable = (): TablePanel =>
  infoTable({
    title: 'Network interfaces',
    description:
      'Network interfaces and their model, whether the kernel moves their data (vhost), and whether QEMU emulates them, such as e1000 and rtl8139. Use virtio instead.',
    expr: vm.nics,
    labels: {
      vm: 'VM',
      instance: 'Host',
      device: 'Device',
      model: 'Model',
      vhost: 'vhost',
      emulated: 'Emulated',
      target: 'libvirt target',
    },
    empty: 'no interface',
  })

const alertLabels = {
  alertname: 'Alert',
  severity: 'Severity',
  vm: 'VM',
  instance: 'Host',
  remediation: 'Remediation',
  // Labels of alerts that fire once per device, tier and so on.
  device: 'Device',
  tier: 'Tier',
  page_size: 'Page size',
  node: 'NUMA node',
  collector: 'Collector',
  source: 'Source',
  fact: 'Fact',
}

/** KvmHostRealtimeDensityHigh and the like. */
const longestAlertPixels = 230

export const vmAlertsTable = (): TablePanel =>
  infoTable({
    title: 'Alerts firing',
    description:
      'The alerts that fire for the selected VMs now, and the remediation that an alert requests, if any.',
    expr: firingOfVms,
    labels: alertLabels,
    widths: { Alert: longestAlertPixels },
    empty: 'none',
  })

export const hostAlertsTable = (): TablePanel =>
  infoTable({
    title: 'Alerts firing',
    description:
      'The alerts that fire for the selected hosts and their VMs now, and the remediation that an alert requests, if any.',
    expr: firingOnHosts,
    labels: alertLabels,
    widths: { Alert: longestAlertPixels },
    links: { VM: tableToVm, Host: tableToHost },
    empty: 'none',
  })
