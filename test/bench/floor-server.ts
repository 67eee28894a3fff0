// The minimum that a scrape of a fixture tree can cost: at each request this server reads the files that the exporter
// reads and answers with as many bytes. Without taskinfo, these are the files of each process and each vCPU thread.
// `node floor-server.ts PROCFS SYSFS RUNDIR BYTES` prints its port on stdout.
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

const [procfs, sysfs, rundir, bytes] = process.argv.slice(2) as [string, string, string, string]

const answer = Buffer.alloc(Number(bytes), 'a')
const buffer = Buffer.allocUnsafe(4 * 1024 * 1024)

const hasTaskinfo = existsSync(join(procfs, 'taskinfo'))
const hostFiles = [
  'kvminfo',
  ...(hasTaskinfo ? ['taskinfo'] : []),
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
const processes = readdirSync(procfs).filter((name) => /^\d+$/.test(name))
/** Their vCPUs are the threads after the first. */
const vms = processes.filter((pid) => existsSync(join(procfs, pid, 'task', String(Number(pid) + 1))))
const vcpuThreads = (pid: string) =>
  readdirSync(join(procfs, pid, 'task'))
    .filter((tid) => tid !== pid)
    .map((tid) => join(procfs, pid, 'task', tid))
/** Each is read in one call, like the exporter does. */
const records = [
  ...vms.map((pid) => join(procfs, pid, 'status')),
  ...(hasTaskinfo
    ? []
    : [
        ...processes.map((pid) => join(procfs, pid, 'stat')),
        ...vms
          .flatMap(vcpuThreads)
          .flatMap((thread) => ['stat', 'schedstat', 'status'].map((name) => join(thread, name))),
      ]),
]

function readToEnd(path: string): void {
  const file = openSync(path, 'r')
  while (readSync(file, buffer, 0, buffer.length, null) > 0);
  closeSync(file)
}

function readRecord(path: string): void {
  const file = openSync(path, 'r')
  readSync(file, buffer, 0, buffer.length, null)
  closeSync(file)
}

const server = createServer((_request, response) => {
  for (const path of filesOnce) readToEnd(path)
  for (const path of records) readRecord(path)
  // The exporter reads libvirt's status files only if they have changed, for which it needs a stat() of each.
  for (const name of readdirSync(statusFiles)) statSync(join(statusFiles, name))
  response.setHeader('Content-Length', answer.length)
  response.end(answer)
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
