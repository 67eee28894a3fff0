// The minimum that a scrape of a fixture tree can cost: at each request this server reads the files that the exporter
// reads and answers with as many bytes. `node floor-server.ts PROCFS SYSFS RUNDIR BYTES` prints its port on stdout.
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const [procfs, sysfs, rundir, bytes] = process.argv.slice(2) as [string, string, string, string]

const answer = Buffer.alloc(Number(bytes), 'a')
const buffer = Buffer.allocUnsafe(4 * 1024 * 1024)

const hostFiles = [
  'kvminfo',
  'taskinfo',
  'uptime',
  'stat',
  'meminfo',
  'pressure/cpu',
  'pressure/memory',
  'pressure/io',
]
const ksm = join(sysfs, 'kernel/mm/ksm')
const nodes = join(sysfs, 'devices/system/node')
const statusFiles = join(rundir, 'libvirt/qemu')

const filesOnce = [
  ...hostFiles.map((name) => join(procfs, name)),
  ...readdirSync(ksm).map((name) => join(ksm, name)),
  ...readdirSync(nodes, { recursive: true, encoding: 'utf8' })
    .filter((name) => /_hugepages$/.test(name))
    .map((name) => join(nodes, name)),
]
/** The status files of VMs, without those of other processes. */
const statusOfVms = readdirSync(procfs)
  .filter((name) => /^\d+$/.test(name) && existsSync(join(procfs, name, 'task', String(Number(name) + 1))))
  .map((pid) => join(procfs, pid, 'status'))

function readToEnd(path: string): void {
  const file = openSync(path, 'r')
  while (readSync(file, buffer, 0, buffer.length, null) > 0);
  closeSync(file)
}

const server = createServer((_request, response) => {
  for (const path of filesOnce) readToEnd(path)
  for (const path of statusOfVms) readToEnd(path)
  // The exporter reads libvirt's status files only if they have changed, for which it needs a stat() of each.
  for (const name of readdirSync(statusFiles)) statSync(join(statusFiles, name))
  response.setHeader('Content-Length', answer.length)
  response.end(answer)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
