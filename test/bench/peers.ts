// Compares kvminfo with the exporters that an operator would otherwise run on the same host, as shipped by Debian.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import type { FixtureTree } from '../helpers/fixture-tree.ts'
import { bigHostTitle, withBigHost } from './big-host.ts'
import type { BenchPart } from './part.ts'
import { ScrapedServer } from './scraped-server.ts'
import { startExporter, startFloor } from './servers.ts'
import { type Cost, measureSideBySide } from './side-by-side.ts'

/** Few, because each scrape takes process-exporter half a second and libvirt-exporter three seconds. */
const rounds = 5
/** Without the taskinfo module, a scrape must take at most so much of the wall time of process-exporter, as the issue asks. */
const maxWithoutTaskinfo = 1 / 5

export const part: BenchPart = {
  description: `prometheus-process-exporter on the same procfs, prometheus-libvirt-exporter on 1,000 test domains`,
  run: (progress) =>
    withBigHost(progress, async (tree) => {
      const servers: ScrapedServer[] = []
      try {
        const start = async (server: Promise<ScrapedServer>) => {
          servers.push(await server)
          return servers.at(-1)!
        }
        progress('starting the three exporters')
        const kvminfo = await start(startExporter(tree))
        const process = await start(startProcessExporter(tree))
        const libvirt = await start(startLibvirtExporter(tree))
        const costs = await measureSideBySide({ kvminfo, process, libvirt }, rounds, progress)
        progress('once more without /proc/taskinfo')
        rmSync(join(tree.paths.procfs, 'taskinfo'))
        const floor = await start(startFloor(tree, (await kvminfo.scrape()).bytes))
        const threadwise = await measureSideBySide({ kvminfo, process, floor }, rounds, progress)
        return {
          tables: [
            {
              title: `One scrape of ${bigHostTitle}, compared with other exporters`,
              columns: ['', 'wall ms', 'CPU ms', 'series', 'wall ms per 1,000 series', 'ratio to kvminfo'],
              rows: [
                row('kvminfo serve', costs.kvminfo, costs.kvminfo),
                row('prometheus-process-exporter', costs.process, costs.kvminfo),
                row('prometheus-libvirt-exporter', costs.libvirt, costs.kvminfo),
              ],
              notes: [
                'process-exporter: one group per VM, with threads. libvirt-exporter: on libvirt’s test driver; it asks',
                'for at most 512 domains, so its series cover 512 VMs and not 1,000.',
              ],
            },
            {
              title: `The same without /proc/taskinfo`,
              columns: ['', 'wall ms', 'CPU ms', 'series', 'wall ms per 1,000 series', 'ratio to kvminfo'],
              rows: [
                row('kvminfo serve', threadwise.kvminfo, threadwise.kvminfo),
                row('prometheus-process-exporter', threadwise.process, threadwise.kvminfo),
              ],
              notes: [
                'Both read the files of each thread. A program in Node that reads the same files and does nothing else',
                `takes ${(threadwise.floor.wallMs / threadwise.process.wallMs).toFixed(2)} of the wall time of process-exporter.`,
              ],
            },
          ],
          targets: [
            {
              what: 'wall time of a scrape without taskinfo over process-exporter',
              limit: maxWithoutTaskinfo,
              measured: threadwise.kvminfo.wallMs / threadwise.process.wallMs,
            },
          ],
        }
      } finally {
        for (const server of servers) await server.stop()
      }
    }),
}

function row(name: string, cost: Cost, ours: Cost): string[] {
  const perSeries = ({ wallMs, series }: Cost) => wallMs / (series / 1000)
  return [
    name,
    cost.wallMs.toFixed(0),
    cost.cpuMs.toFixed(0),
    cost.series.toLocaleString('en'),
    perSeries(cost).toFixed(2),
    (perSeries(cost) / perSeries(ours)).toFixed(1),
  ]
}

async function startProcessExporter(tree: FixtureTree): Promise<ScrapedServer> {
  addFilesOfProcessExporter(tree)
  const config = join(dirname(tree.paths.procfs), 'process-exporter.yaml')
  // One group per VM, named as in its command line. Its documentation does the same for programs with several instances.
  writeFileSync(config, `process_names:\n  - name: "{{.Matches.Vm}}"\n    cmdline: ['guest=(?P<Vm>[^,]+)']\n`)
  const port = await freePort()
  return ScrapedServer.start(
    [
      'prometheus-process-exporter',
      `-procfs=${tree.paths.procfs}`,
      `-config.path=${config}`,
      '-gather-smaps=false',
      `-web.listen-address=127.0.0.1:${port}`,
    ],
    () => `http://127.0.0.1:${port}/metrics`,
  )
}

/** process-exporter skips a process without these files, which our exporter does not read. Format of Linux 6.1. */
function addFilesOfProcessExporter({ paths, vms }: FixtureTree): void {
  const limits = `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            1024                 524288               files     \n`
  const io =
    'rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\ncancelled_write_bytes: 0\n'
  for (const { pid } of vms) {
    const folder = join(paths.procfs, String(pid))
    writeFileSync(join(folder, 'limits'), limits)
    writeFileSync(join(folder, 'io'), io)
    mkdirSync(join(folder, 'fd'))
  }
}

async function startLibvirtExporter({ paths, vms }: FixtureTree): Promise<ScrapedServer> {
  const node = join(dirname(paths.procfs), 'libvirt-test-driver.xml')
  const domains = vms.map(
    ({ name }) =>
      `<domain type='test'><name>${name}</name><memory>2097152</memory><vcpu>8</vcpu><os><type>hvm</type></os><devices>` +
      `<disk type='file' device='disk'><source file='/var/lib/${name}.img'/><target dev='vda' bus='virtio'/></disk>` +
      `<interface type='network'><source network='default'/><target dev='v${name}'/><model type='virtio'/></interface>` +
      `</devices></domain>`,
  )
  writeFileSync(node, `<node>${domains.join('\n')}</node>`)
  const port = await freePort()
  return ScrapedServer.start(
    ['prometheus-libvirt-exporter', `--libvirt.uri=test://${node}`, `--web.listen-address=127.0.0.1:${port}`],
    () => `http://127.0.0.1:${port}/metrics`,
  )
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}
