// VMs that are too big or too small, with the evidence. The bounds are those of the Capacity planning dashboard.
import type { Limits, Size, VmMemoryReport } from '../document.ts'
import { bytesText, numberText, percentText } from '../format.ts'
import type { VmFigures } from './vm-figures.ts'

/** Shares of its vCPUs that a VM uses near its peak. Our choice, not a measurement. */
export const tooLittle = 0.2
export const tooMuch = 0.8
/** A VM that is resized should use this share near its peak. */
const wanted = 0.5
const heldTooLittle = 0.5
/** A VM that holds this share of its memory at most gets a quarter more than it held. */
const spare = 1.25
const gib = 1024 ** 3

/** Hours of data that a judgement needs: three days, or half of a shorter range. */
const hoursNeeded = (rangeHours: number): number => Math.min(72, rangeHours / 2)

export function sizeOf(
  figures: VmFigures,
  memory: VmMemoryReport,
  hours: number,
  rangeHours: number,
  limits: Limits,
): Size {
  const needed = hoursNeeded(rangeHours)
  if (hours < needed) {
    const evidence = [`only ${numberText(hours)} hours of data; a judgement needs ${numberText(needed)}`]
    return { cpu: 'unknown', memory: 'unknown', vcpus: null, bytes: null, evidence }
  }
  const cpu = cpuSize(figures, limits)
  const held = memorySize(memory)
  return {
    cpu: cpu.size,
    memory: held.size,
    vcpus: cpu.vcpus,
    bytes: held.bytes,
    evidence: [...cpu.evidence, ...held.evidence],
  }
}

function cpuSize({ cpu, vcpus, runDelay }: VmFigures, limits: Limits) {
  if (cpu === null || vcpus === null || vcpus < 1)
    return { size: 'unknown', vcpus: null, evidence: [] } as const
  const share = cpu.p95 / vcpus
  const used = `uses ${numberText(cpu.p95)} of ${vcpus} vCPUs (${percentText(share)}) in its busiest 5 % of the time`
  const target = Math.max(1, Math.ceil(cpu.p95 / wanted - 1e-6))
  if (share < tooLittle && vcpus > 1 && target < vcpus) {
    return { size: 'too-big', vcpus: target, evidence: [used] } as const
  }
  if (share <= tooMuch) return { size: 'fits', vcpus: null, evidence: [] } as const
  // It would use more if it got a CPU, so its own size is not what limits it.
  if ((runDelay?.p95 ?? 0) >= limits.runDelayHigh) {
    const waits = `waits for a CPU for up to ${percentText(runDelay!.p95)} of its runnable time, so more vCPUs would not help`
    return { size: 'unknown', vcpus: null, evidence: [used, waits] } as const
  }
  return { size: 'too-small', vcpus: Math.max(vcpus + 1, target), evidence: [used] } as const
}

function memorySize({ given, heldMax, hugePages }: VmMemoryReport) {
  if (given === null || heldMax === null || given === 0)
    return { size: 'unknown', bytes: null, evidence: [] } as const
  // A pool gives all pages at the start, so what is held says nothing.
  if ((hugePages ?? 0) > 0) return { size: 'unknown', bytes: null, evidence: [] } as const
  const bytes = Math.max(gib / 2, Math.ceil((heldMax * spare) / (gib / 2)) * (gib / 2))
  if (heldMax >= heldTooLittle * given || bytes >= given)
    return { size: 'fits', bytes: null, evidence: [] } as const
  const held = `never held more than ${bytesText(heldMax)} of ${bytesText(given)}`
  return { size: 'too-big', bytes, evidence: [held] } as const
}
