// The host of the pictures in the README (machines.ts), whose counters move with the clock.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ChangingHost } from '../helpers/changing-host.ts'
import { knownMachines, lifeAt, shape } from './machines.ts'

export interface InventedHost {
  /** For `kvminfo`, to read it instead of this machine. */
  readonly flags: readonly string[]
  end(): void
}

export function startInventedHost(): InventedHost {
  const root = mkdtempSync(join(tmpdir(), 'kvminfo-screenshot-'))
  const host = new ChangingHost(root, { vms: knownMachines, vcpus: 4, shape })
  let last = Date.now()
  const clock = setInterval(() => {
    const now = Date.now()
    host.advance((now - last) / 1000, (vm) => lifeAt(now / 1000, vm), 0.62)
    last = now
  }, 50)
  const { procfs, sysfs, rundir } = host.tree.paths
  return {
    flags: [`--path.procfs=${procfs}`, `--path.sysfs=${sysfs}`, `--path.rundir=${rundir}`],
    end() {
      clearInterval(clock)
      rmSync(root, { recursive: true, force: true })
    },
  }
}
