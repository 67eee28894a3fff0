import { expect, test } from 'vitest'
import { servedPage } from '../../../helpers/remediate/served-page.ts'

test('the verdicts of placebo runs are there from the beginning, so that their rate is never absent', async () => {
  const { host, url } = await servedPage('mode: auto')
  const verdicts = async () =>
    (await (await fetch(`${url}/metrics`)).text()).match(/^kvminfo_remediation_verdicts_total\{.*$/gm)
  const none = ['improved', 'worse', 'inconclusive', 'not-measurable'].map(
    (verdict) => `kvminfo_remediation_verdicts_total{action="placebo",verdict="${verdict}"} 0`,
  )
  expect(await verdicts()).toEqual(none)
  const { vm } = host.alert.request!
  const id = host.store.open({ action: 'placebo', mode: 'auto', vm, device: undefined, policySha: 'p1' })!
  host.store.move(id, 'received', 'undone', { verdict: 'improved' })
  expect((await verdicts())!.toSorted()).toEqual(
    none.map((line) => (line.includes('"improved"') ? line.replace(' 0', ' 1') : line)).toSorted(),
  )
})
