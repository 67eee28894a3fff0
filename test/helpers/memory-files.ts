// How much memory a host of files has.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const kib = (gibibytes: number): string => `${Math.round(gibibytes * 1024 ** 2)} kB`

/** Of the whole host. In GiB. */
export function setMemory(procfs: string, total: number, available: number): void {
  const path = join(procfs, 'meminfo')
  const text = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    text
      .replace(/^MemTotal: .*$/m, `MemTotal: ${kib(total)}`)
      .replace(/^MemAvailable: .*$/m, `MemAvailable: ${kib(available)}`),
  )
}

/** Of one NUMA node. In GiB. */
export function setNodeMemory(sysfs: string, node: number, total: number, free: number): void {
  const lines = [`MemTotal: ${kib(total)}`, `MemFree: ${kib(free)}`]
  writeFileSync(
    join(sysfs, `devices/system/node/node${node}/meminfo`),
    lines.map((line) => `Node ${node} ${line}\n`).join(''),
  )
}
