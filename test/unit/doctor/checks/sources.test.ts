import { expect, test } from 'vitest'
import { sources } from '../../../../src/doctor/checks/sources.ts'
import type { SourceName, SourceState } from '../../../../src/model/sources.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const unavailable = (source: SourceName, code: string): SourceState => ({
  fact: 'exits',
  source,
  state: 'unavailable',
  code,
  reason: `${source} has ${code}`,
  remedy: `repair ${source}`,
})
const inUse: SourceState = {
  ...{ fact: 'exits', source: 'debugfs', state: 'in-use' },
  ...{ code: undefined, reason: undefined, remedy: undefined },
}

test('a source that is absent is no fault while another one has the fact', async () => {
  const host = hostWith({}, { sources: [unavailable('module', 'SOURCE_ABSENT'), inUse] })
  expect(await diagnosed(sources, host)).toEqual([])
})

test('a source that is denied or broken is', async () => {
  const states = [unavailable('module', 'SOURCE_DENIED'), unavailable('qmp', 'SOURCE_FAILED'), inUse]
  expect(await diagnosed(sources, hostWith({}, { sources: states }))).toEqual([
    'warning: the source qmp of the exits of VMs is not available: qmp has SOURCE_FAILED',
    'notice: the source module of the exits of VMs is not available: module has SOURCE_DENIED',
  ])
})

test('a fact without any source is one finding', async () => {
  const states = [unavailable('module', 'SOURCE_ABSENT'), unavailable('debugfs', 'SOURCE_DENIED')]
  expect(await diagnosed(sources, hostWith({}, { sources: states }))).toEqual([
    'warning: no source has the exits of VMs',
  ])
})
