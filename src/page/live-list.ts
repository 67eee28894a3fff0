// The host with all its VMs, which the page requests every few seconds.
import type { Vm } from '../model/vm.ts'
import { classThresholds, idleSwitches } from '../model/vm-class.ts'
import type { HostHistory } from '../observe/host-history.ts'
import type { Sample } from '../observe/sample.ts'
import { points } from './figure.ts'
import type { LiveDocument, LiveVm } from './live-document.ts'
import { describeHost, describeSources } from './live-host.ts'
import { describeVm, ratioPoints, switchPoints } from './live-vm.ts'
import { sampling } from './sampling.ts'

/**
 * A `LiveDocument` as JSON. Histories begin after `since`, in seconds since the Unix epoch, so that a client does not get
 * again what it already has. VMs are written one after the other, because the objects of a thousand VMs at once would be
 * megabytes that outlive the young generation.
 */
export function listJson(history: HostHistory, sample: Sample, since: number, version: string): string {
  const slots = history.timeline.since(since)
  const vms = sample.vms.map((vm) => JSON.stringify(describeRow(history, sample, vm, slots)))
  return `${JSON.stringify(describeHead(history, sample, slots, version)).slice(0, -1)},"vms":[${vms.join(',')}]}`
}

function describeHead(
  history: HostHistory,
  sample: Sample,
  slots: readonly number[],
  version: string,
): Omit<LiveDocument, 'vms'> {
  return {
    version,
    at: sample.at,
    intervalSeconds: sampling.intervalSeconds,
    windowSeconds: sampling.windowSeconds,
    thresholds: { ...classThresholds, idleSwitches },
    host: describeHost(history, sample),
    sources: describeSources(sample.sources),
    missing: Object.fromEntries(sample.missing),
    history: {
      at: slots.map((slot) => history.timeline.at(slot)),
      kernelSwitches: points(history.kernelSwitches, slots),
      userspaceSwitches: points(history.userspaceSwitches, slots),
      cpuBusy: points(history.cpuBusy, slots),
    },
  }
}

function describeRow(history: HostHistory, sample: Sample, vm: Vm, slots: readonly number[]): LiveVm {
  const ofVm = history.vm(vm)
  return {
    ...describeVm(vm, ofVm, sample),
    history: { ratio: ratioPoints(ofVm, slots), switches: switchPoints(ofVm, slots) },
  }
}
