// One line for what a run does now.
import type { RunSummary } from '../../src/remediate/approve/documents.ts'
import { switchbackBlocks, windowsPerBlock } from '../../src/remediate/verify/switchback.ts'

type Run = Pick<RunSummary, 'id' | 'action' | 'vm' | 'state' | 'verdict' | 'reason'>

/** `measured`: windows so far; the line changes once for each block of the trial. */
export function newsOf({ id, action, vm, state, verdict, reason }: Run, measured: number): string {
  const blocks = Math.floor(measured / windowsPerBlock)
  return [
    `run ${id}, ${action}${vm === null ? '' : ` for VM ${vm}`}: ${state}`,
    verdict === null ? '' : `, ${verdict}`,
    reason === null ? '' : `: ${reason}`,
    blocks === 0 ? '' : ` (block ${blocks} of ${switchbackBlocks.length} is measured)`,
  ].join('')
}
