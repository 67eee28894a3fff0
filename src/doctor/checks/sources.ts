// Where this program's facts come from, and which it has to do without.
import type { Fact, SourceState } from '../../model/sources.ts'
import type { Found, HostCheck } from '../check.ts'

const facts: Readonly<Record<Fact, string>> = {
  exits: 'the exits of VMs',
  threads: 'the scheduling of vCPU threads',
  identity: 'names and devices of VMs',
}

export const sources: HostCheck = {
  scope: 'host',
  isMetric: false,
  name: 'sources',
  description: 'each fact has a source, and none is denied or broken',
  source: 'src/sources/README.md',
  examine(host) {
    return [...Map.groupBy(host.sources, ({ fact }) => fact)].flatMap(([fact, states]) =>
      states.some(({ state }) => state !== 'unavailable')
        ? states.filter(isFault).map((state) => fault(state))
        : [nothing(fact, states)],
    )
  },
}

/** A source that does not exist here is no fault as long as another one has the fact. */
const isFault = ({ code }: SourceState): boolean => code !== undefined && code !== 'SOURCE_ABSENT'

function fault({ fact, source, code, reason, remedy }: SourceState): Found {
  return {
    severity: code === 'SOURCE_DENIED' ? 'notice' : 'warning',
    what: `the source ${source} of ${facts[fact]} is not available: ${reason}`,
    why: 'Another source is used, which may give less or cost more.',
    fix: remedy === undefined ? ['# see the reason above'] : [`# ${remedy}`],
  }
}

const nothing = (fact: Fact, states: readonly SourceState[]): Found => ({
  severity: 'warning',
  what: `no source has ${facts[fact]}`,
  why: states.map(({ source, reason }) => `${source}: ${reason}`).join('. '),
  fix: states.flatMap(({ remedy }) => (remedy === undefined ? [] : [`# ${remedy}`])).slice(0, 1),
})
