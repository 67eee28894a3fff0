// The servers that the parts measure: the exporter, and the floor that it is compared with.
import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FixtureTree } from '../helpers/fixture-tree.ts'
import { eventually } from '../helpers/kvminfo-process.ts'
import { pathFlags } from './big-host.ts'
import { ScrapedServer } from './scraped-server.ts'

const project = fileURLToPath(new URL('../..', import.meta.url))

/** The program as npm installs it: built, and started through its #! line, which sets the limits of the heap. */
export function builtProgram(): string {
  execFileSync(
    process.execPath,
    [join(project, 'node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json'],
    {
      cwd: project,
      stdio: 'inherit',
    },
  )
  const program = join(project, 'dist/cli/main.js')
  chmodSync(program, 0o755)
  return program
}

/** Resolves when the exporter has identified all VMs, because it takes longer for VMs that it sees for the first time. */
export async function startExporter(tree: FixtureTree): Promise<ScrapedServer> {
  const command = [builtProgram(), 'serve', '--web.listen-address=127.0.0.1:0', ...pathFlags(tree)] as const
  const exporter = await ScrapedServer.start(command, ({ stderr }) => {
    const url = /msg=listening .*?url=(\S+)/.exec(stderr)?.[1]
    return url === undefined ? undefined : new URL('/metrics', url).href
  })
  try {
    await eventually(
      'all VMs are identified',
      async () =>
        (await exporter.scrape()).body.match(/^kvminfo_vm_info\{/gm)?.length === tree.vms.length || undefined,
      60_000,
    )
    return exporter
  } catch (error) {
    await exporter.stop()
    throw error
  }
}

export function startFloor({ paths }: FixtureTree, bytes: number): Promise<ScrapedServer> {
  const script = fileURLToPath(new URL('floor-server.ts', import.meta.url))
  const command = [process.execPath, script, paths.procfs, paths.sysfs, paths.rundir, String(bytes)] as const
  return ScrapedServer.start(command, ({ stdout }) =>
    stdout === '' ? undefined : `http://127.0.0.1:${stdout.trim()}/`,
  )
}
