// The interfaces (sources) that provide each fact, best first, and the state of each source.

/** Facts that more than one source can provide, each with its sources, best first. */
const alternatives = {
  exits: ['module', 'debugfs', 'qmp', 'libvirt'],
  threads: ['taskinfo', 'procfs'],
  identity: ['libvirt-status', 'cmdline'],
} as const

export type Fact = keyof typeof alternatives
export type SourceName = (typeof alternatives)[Fact][number]

export interface SourceState {
  readonly fact: Fact
  readonly source: SourceName
  readonly state: 'in-use' | 'standby' | 'unavailable'
  /** Why it is unavailable: an error code of src/errors.ts; undefined if it is available. */
  readonly code: string | undefined
  /** The same as a sentence for a person. */
  readonly reason: string | undefined
  /** The command that would make it available; undefined if there is none. */
  readonly remedy: string | undefined
}
