import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTransfers, readTransfers } from '../../../../src/sources/domstats/transfers.ts'
import { anyText } from '../../../helpers/any-text.ts'
import { scratchDirectory } from '../../../helpers/scratch.ts'

/** As libvirt 9.0 prints it. */
const printed = `Domain: 'web'
  net.count=2
  net.0.name=vnet0
  net.0.rx.bytes=9000
  net.0.rx.pkts=100
  net.0.rx.errs=7
  net.0.rx.drop=7
  net.0.tx.bytes=8000
  net.0.tx.pkts=20
  net.0.tx.errs=7
  net.1.name=vnet1
  net.1.rx.pkts=3
  net.1.tx.pkts=4
  block.count=2
  block.0.name=vda
  block.0.path=/var/lib/web.qcow2
  block.0.rd.reqs=5
  block.0.rd.bytes=4096
  block.0.rd.times=7
  block.0.wr.bytes=512
  block.0.fl.reqs=9
  block.0.allocation=4096
  block.1.name=sda
  block.1.rd.bytes=1

`

test('adds up what disks and NICs have transferred', () => {
  expect(parseTransfers(printed)).toEqual({ bytes: 4609, packets: 127, sentPackets: 24 })
})

test('a VM without disks and NICs has no sums, and one that has transferred nothing has 0', () => {
  expect(parseTransfers("Domain: 'web'\n  net.count=0\n  block.count=0\n")).toEqual({
    bytes: undefined,
    packets: undefined,
    sentPackets: undefined,
  })
  expect(parseTransfers('  block.0.rd.bytes=0\n')).toMatchObject({ bytes: 0 })
})

test('never fails, whatever the text', () => {
  fc.assert(fc.property(anyText(), (text) => void parseTransfers(`${printed}${text}`)))
})

test('without libvirt there is no source', async () => {
  expect(await readTransfers(scratchDirectory(), '6f1a7c1e-0000-4000-8000-000000000001')).toBeUndefined()
})
