// The host with all its VMs: what the page asks for every few seconds.
import { classThresholds } from '../model/vm-class.ts'
import { points } from './figure.ts'
import { type HostHistory, windowSeconds } from './host-history.ts'
import type { LiveDocument } from './live-document.ts'
import { describeHost, describeSources } from './live-host.ts'
import { describeVm, ratioPoints, switchPoints } from './live-vm.ts'
import type { Sample } from './sample.ts'
import { intervalSeconds } from './sampler.ts'

/** Histories begin after `since`, seconds since the Unix epoch: who has the earlier part need not be sent it again. */
export function describeList(
  history: HostHistory,
  sample: Sample,
  since: number,
  version: string,
): LiveDocument {
  const slots = history.timeline.since(since)
  const { io, compute, activeSwitches } = classThresholds
  return {
    version,
    at: sample.at,
    intervalSeconds,
    windowSeconds,
    thresholds: { io, compute, activeSwitches },
    host: describeHost(history, sample),
    sources: describeSources(sample.sources),
    missing: Object.fromEntries(sample.missing),
    history: {
      at: slots.map((slot) => history.timeline.at(slot)),
      kernelSwitches: points(history.kernelSwitches, slots),
      userspaceSwitches: points(history.userspaceSwitches, slots),
      cpuBusy: points(history.cpuBusy, slots),
    },
    vms: sample.vms.map((vm) => {
      const ofVm = history.vm(vm)
      return {
        ...describeVm(vm, ofVm, sample),
        history: { ratio: ratioPoints(ofVm, slots), switches: switchPoints(ofVm, slots) },
      }
    }),
  }
}
