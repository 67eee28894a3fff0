// What a VM is: identity, age, devices, alerts.
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
    description: 'Running VMs on the chosen hosts.',
    unit: units.Short,
    expr: vm.vmCount,
    noValue: 'none',
  })

export const vcpusStat = (): StatPanel =>
  stat({
    title: 'vCPUs',
    description: 'vCPU threads of the VM that are alive.',
    unit: units.Short,
    expr: vm.vcpus,
    legend: '{{vm}} on {{instance}}',
    noValue: 'not to be told',
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
    description: 'Alerts of this program that fire for the chosen VMs.',
    unit: units.Short,
    expr: vm.firingCount,
    steps: noneIsGood,
  })

export const hostAlertsStat = (): StatPanel =>
  stat({
    title: 'Alerts',
    description: 'Alerts of this program that fire for the chosen hosts and their VMs.',
    unit: units.Short,
    expr: vm.firingOnHostsCount,
    steps: noneIsGood,
  })

export const identityTable = (): TablePanel =>
  infoTable({
    title: 'Identity',
    description: 'Process, UUID and machine type of each VM, and where the exporter has them from.',
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
    noValue: 'not running',
  })

export const disksTable = (): TablePanel =>
  infoTable({
    title: 'Disks',
    description:
      'Disks by bus, and whether QEMU emulates their controller: then each access of the guest goes to QEMU. virtio disks are not emulated.',
    expr: vm.disks,
    labels: {
      vm: 'VM',
      instance: 'Host',
      device: 'Device',
      bus: 'Bus',
      cache: 'Cache',
      format: 'Format',
      emulated: 'Emulated',
    },
    noValue: 'no disk',
  })

export const nicsTable = (): TablePanel =>
  infoTable({
    title: 'Network interfaces',
    description:
      'Interfaces by model, whether the kernel carries their data (vhost), and whether QEMU emulates them, such as e1000 and rtl8139.',
    expr: vm.nics,
    labels: {
      vm: 'VM',
      instance: 'Host',
      device: 'Device',
      model: 'Model',
      vhost: 'vhost',
      emulated: 'Emulated',
    },
    noValue: 'no interface',
  })

const alertLabels = {
  alertname: 'Alert',
  severity: 'Severity',
  vm: 'VM',
  instance: 'Host',
  remediation: 'Remediation',
  // Of an alert that tells several of a kind apart.
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
    description: 'What fires for these VMs now, and the remediation it asks for, where there is one.',
    expr: firingOfVms,
    labels: alertLabels,
    widths: { Alert: longestAlertPixels },
    noValue: 'none',
  })

export const hostAlertsTable = (): TablePanel =>
  infoTable({
    title: 'Alerts firing',
    description:
      'What fires now on the chosen hosts and their VMs, and the remediation it asks for, where there is one.',
    expr: firingOnHosts,
    labels: alertLabels,
    widths: { Alert: longestAlertPixels },
    links: { VM: tableToVm, Host: tableToHost },
    noValue: 'none',
  })
