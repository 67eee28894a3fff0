// Which interfaces can tell a fact, best first, and the state each is in.

/** Facts that more than one interface can tell, each with its interfaces, best first. */
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
  /** Why it is unavailable: a code of src/errors.ts; undefined where it is not. */
  readonly code: string | undefined
  /** The same for a person. */
  readonly reason: string | undefined
  /** The command that would make it available, where there is one. */
  readonly remedy: string | undefined
}
