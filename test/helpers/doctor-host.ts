// A host for tests of single checks: only the files that are given, and VMs made by hand.
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { HostCheck, VmCheck } from '../../src/doctor/check.ts'
import { examine } from '../../src/doctor/examine.ts'
import { HostView, type Known } from '../../src/doctor/host-view.ts'
import type { VmView } from '../../src/doctor/vm-view.ts'
import type { Vm } from '../../src/model/vm.ts'
import type { VmTuning } from '../../src/sources/cmdline/tuning.ts'
import { vm } from './host-snapshot.ts'
import { scratchDirectory } from './scratch.ts'

/** Contents by path, as on a real host: `/sys/…`, `/proc/…`, `/run/…`, `/etc/…`. A path that ends in `/` is a directory. */
export type HostFiles = Readonly<Record<string, string | Buffer>>

export function hostWith(files: HostFiles, known: Partial<Known> = {}): HostView {
  const root = scratchDirectory()
  for (const directory of ['proc', 'sys/kernel/mm', 'run'])
    mkdirSync(join(root, directory), { recursive: true })
  for (const [path, content] of Object.entries(files)) {
    if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true })
    else {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), content)
    }
  }
  const places = { procfs: join(root, 'proc'), sysfs: join(root, 'sys'), rundir: join(root, 'run'), root }
  return new HostView(places, { version: '0.1.0', ...known })
}

const noTuning: VmTuning = {
  cpuModel: 'host',
  enlightenments: new Set(),
  topology: undefined,
  hasLocalTime: false,
  aio: new Map(),
  queues: new Map(),
}

interface VmParts extends Partial<Omit<VmView, 'vm' | 'tuning'>> {
  readonly vm?: Partial<Vm>
  readonly tuning?: Partial<VmTuning>
}

/** `web1`, tuned well but for what is given. */
export function vmWith({ vm: parts = {}, tuning = {}, ...more }: VmParts): VmView {
  return {
    vm: vm('web1', 100, parts),
    tuning: () => ({ ...noTuning, ...tuning }),
    memory: undefined,
    tasks: [],
    program: () => '/usr/bin/qemu-system-x86_64',
    ...more,
  }
}

export const vcpus = (count: number) => Array.from({ length: count }, (_, id) => ({ id, tid: 200 + id }))

/** Findings as `severity: what`, and why the check could not be made as `not checked: why`. */
export async function diagnosed(check: HostCheck | VmCheck, host: HostView): Promise<string[]> {
  const { findings, notChecked } = await examine([check], host)
  return [
    ...findings.map(({ severity, what }) => `${severity}: ${what}`),
    ...notChecked.map(({ why }) => `not checked: ${why.replaceAll(host.places.root, '')}`),
  ]
}

/** Of a check of VMs, for one VM. */
export const diagnosedVm = (check: VmCheck, parts: VmParts, files: HostFiles = {}): Promise<string[]> =>
  diagnosed(check, hostWith(files, { vms: [vmWith(parts)] }))
