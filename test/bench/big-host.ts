// The host that the benchmarks scrape: 1,000 VMs with 8 vCPUs each, as a fixture tree in the temporary directory.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FixtureTree, writeFixtureTree } from '../helpers/fixture-tree.ts'
import type { Progress } from './part.ts'

const vms = 1000
const vcpus = 8

export const bigHostTitle = `${vms.toLocaleString('en')} VMs × ${vcpus} vCPUs`

/** Writes the tree, calls `use`, and removes the tree. */
export async function withBigHost<T>(progress: Progress, use: (tree: FixtureTree) => Promise<T>): Promise<T> {
  progress(`writing a host with ${bigHostTitle}`)
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
  try {
    return await use(writeFixtureTree(root, { vms, vcpus }))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

/** The flags of `kvminfo serve` for a tree. */
export function pathFlags({ paths }: FixtureTree): string[] {
  return [`--path.procfs=${paths.procfs}`, `--path.sysfs=${paths.sysfs}`, `--path.rundir=${paths.rundir}`]
}
