// The hosts that the benchmarks scrape: VMs with 8 vCPUs each, as a fixture tree in the temporary directory.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type FixtureOptions, type FixtureTree, writeFixtureTree } from '../helpers/fixture-tree.ts'
import type { Progress } from './part.ts'

export const vcpusPerVm = 8
const bigHost: FixtureOptions = { vms: 1000, vcpus: vcpusPerVm }

const titleOf = ({ vms, vcpus }: FixtureOptions) => `${vms.toLocaleString('en')} VMs × ${vcpus} vCPUs`

export const bigHostTitle = titleOf(bigHost)

/** Writes the tree, calls `use`, and removes the tree. */
export async function withHost<T>(
  options: FixtureOptions,
  progress: Progress,
  use: (tree: FixtureTree) => Promise<T>,
): Promise<T> {
  progress(`writing a host with ${titleOf(options)}`)
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-bench-'))
  try {
    return await use(writeFixtureTree(root, options))
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

export const withBigHost = <T>(progress: Progress, use: (tree: FixtureTree) => Promise<T>): Promise<T> =>
  withHost(bigHost, progress, use)

/** The flags of `kvminfo serve` for a tree. */
export function pathFlags({ paths }: FixtureTree): string[] {
  return [`--path.procfs=${paths.procfs}`, `--path.sysfs=${paths.sysfs}`, `--path.rundir=${paths.rundir}`]
}
