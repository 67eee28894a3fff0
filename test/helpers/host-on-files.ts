// A host that reads a tree of files, for tests that change these files.
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { SourceState } from '../../src/model/sources.ts'
import { createHost, type Host } from '../../src/sources/host.ts'
import { type FixtureOptions, writeFixtureTree } from './fixture-tree.ts'
import { scratchDirectory } from './scratch.ts'

const noFacts = { facts: () => undefined, close() {} }

/** Closes the host and removes its files when the test is over. */
export function hostOf(options: Partial<FixtureOptions> = {}) {
  const root = scratchDirectory()
  const tree = writeFixtureTree(root, { vms: 3, vcpus: 2, ...options })
  const host = createHost(tree.paths, noFacts)
  onTestFinished(() => host.close())
  const path = (...parts: string[]) => join(root, ...parts)
  return { ...tree, root, host, path }
}

/** The state of each source, with `fact source` as the key. */
export async function states(host: Host): Promise<Record<string, SourceState['state']>> {
  const { value } = (await host.snapshot()).sources()
  return Object.fromEntries(value.map(({ fact, source, state }) => [`${fact} ${source}`, state]))
}
