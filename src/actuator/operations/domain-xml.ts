// The definition that libvirt starts a domain with next.
import { createHash } from 'node:crypto'
import type { Domains } from '../../libvirt/write.ts'
import { definitionProblem } from '../definition/allowed.ts'
import { isSameDefinition, losesAddress } from '../definition/same.ts'
import { withSecrets } from '../definition/secrets.ts'
import type { DomainXmlOperation } from '../protocol.ts'
import type { OperationKit } from './operation.ts'

export function domainXml(domains: Domains): OperationKit<DomainXmlOperation> {
  return {
    knob: () => 'definition',
    encode: (xml) => createHash('sha256').update(xml).digest('hex'),
    // A hash does not say what it is of.
    decode: () => undefined,
    problem: () => undefined,
    async excess({ vm, from, to }) {
      const problem = definitionProblem(from, to)
      if (problem !== undefined) return problem
      const live = await domains.xml(vm.uuid!, 'inactive')
      return !isSameDefinition(live, to) && losesAddress(live, to)
        ? 'a device that stays the same would get another address'
        : undefined
    },
    needsLease: () => false,
    async read({ vm, from, to }) {
      const live = await domains.xml(vm.uuid!, 'inactive')
      return [from, to].find((text) => isSameDefinition(live, text)) ?? live
    },
    async write({ vm, to }) {
      const plain = await domains.xml(vm.uuid!, 'inactive')
      const secret = await domains.xml(vm.uuid!, 'inactive and secret')
      await domains.define(withSecrets(to, plain, secret))
    },
  }
}
