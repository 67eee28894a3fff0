// The container image: what is in it, and that it serves with the flags that README.md tells an operator to use.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { eventually, RunningProcess } from '../helpers/kvminfo-process.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const readme = read('deploy/container/README.md')
const version = '9.8.7'
const name = `localhost/kvminfo-exporter:${version}`

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-image-test-'))
const layout = join(directory, 'layout')
let archive: string

interface ImageConfig {
  readonly created: string
  readonly architecture: string
  readonly config: {
    readonly User: string
    readonly Entrypoint: string[]
    readonly Cmd: string[]
    readonly Env: string[]
  }
}

interface Manifest {
  readonly config: { readonly digest: string }
  readonly layers: { readonly digest: string }[]
}

const blob = (digest: string): string => join(layout, 'blobs', digest.replace(':', '/'))
const json = <Type>(path: string): Type => JSON.parse(readFileSync(path, 'utf8')) as Type

beforeAll(() => {
  const words = ['deploy/container/main.ts', '--version', version, '--output', directory]
  execFileSync(process.execPath, words, { cwd: root, stdio: 'pipe' })
  archive = join(directory, readdirSync(directory).find((file) => file.endsWith('.oci.tar'))!)
  mkdirSync(layout)
  execFileSync('tar', ['-xf', archive, '-C', layout])
}, 600_000)

afterAll(() => {
  podman('rmi', '--all', '--force')
  rmSync(directory, { recursive: true, force: true })
})

function contents(): { manifest: Manifest; config: ImageConfig; files: string[] } {
  const [entry] = json<{ manifests: { digest: string }[] }>(join(layout, 'index.json')).manifests
  const manifest = json<Manifest>(blob(entry!.digest))
  const config = json<ImageConfig>(blob(manifest.config.digest))
  const listing = execFileSync('tar', ['-tvzf', blob(manifest.layers[0]!.digest), '--full-time', '--utc'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  })
  return { manifest, config, files: listing.trimEnd().split('\n') }
}

test('runs the program as a user other than root, with the limits of its heap', () => {
  const { config } = contents().config
  expect(config.User).toBe('65532:65532')
  const [, environment, flags] = /^#!\/usr\/bin\/env -S (.*) node (.*)$/m.exec(read('src/cli/main.ts'))!
  expect(config.Env).toEqual(environment!.split(' '))
  const program = '/usr/lib/kvminfo-exporter'
  expect(config.Entrypoint).toEqual([
    `${program}/bin/node`,
    ...flags!.split(' '),
    `${program}/dist/cli/main.js`,
  ])
  expect(config.Cmd[0]).toBe('serve')
})

test('has the time of the commit in every place, and one layer', () => {
  const seconds = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).trim()
  const time = new Date(Number(process.env.SOURCE_DATE_EPOCH ?? seconds) * 1000).toISOString()
  const { manifest, config, files } = contents()
  expect(manifest.layers).toHaveLength(1)
  expect(new Date(config.created).toISOString()).toBe(time)
  const others = files.filter((line) => !line.includes(` ${time.slice(0, 19).replace('T', ' ')} `))
  expect(others).toEqual([])
})

test('has no shell, nothing that gives rights, nothing writable, and no file of a developer', () => {
  const { files } = contents()
  const programs = files.filter((line) => /^-..x/.test(line)).map((line) => line.replace(/.* /, ''))
  expect(programs.filter((path) => !/^(usr\/)?lib(64)?\/.*\.so(\.\d+)?$/.test(path))).toEqual([
    'usr/lib/kvminfo-exporter/bin/node',
  ])
  expect(files.filter((line) => /^.{3}s|^.{6}s|^.{5}w|^.{8}w/.test(line))).toEqual([])
  expect(files.filter((line) => /\.map$|\.test\.|node_modules\/(typescript|vitest)\//.test(line))).toEqual([])
  expect(files.filter((line) => !/^\S+ 0\/0 |^\S+ root\/root /.test(line))).toEqual([])
})

/** Storage of our own, so that the machine's images stay as they are. */
const storage = [
  ...['--root', join(directory, 'storage'), '--runroot', join(directory, 'run'), '--storage-driver', 'vfs'],
  ...['--cgroup-manager', 'cgroupfs', '--events-backend', 'none'],
]

/**
 * podman in mounts of its own: crun wants cgroup version 2 and nothing else, which some machines that run the tests do
 * not have.
 */
function podmanCommand(...words: string[]): [string, ...string[]] {
  const prepare = `
    mount --make-rprivate /
    umount --recursive /sys/fs/cgroup
    mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec "$@"`
  return ['unshare', '--mount', 'sh', '-ec', prepare, 'sh', 'podman', ...storage, ...words]
}

function podman(...words: string[]): string {
  const [file, ...args] = podmanCommand(...words)
  return execFileSync(file, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

/** The flags of the README's `podman run`, but for those that depend on the host. */
function documentedFlags(): string[] {
  const [, command] = /^podman run ((?:.*\\\n)+.*)$/m.exec(readme)!
  const words = command!
    .replaceAll('\\\n', ' ')
    .trim()
    .split(/\s+(?=-|localhost)/)
  expect(words.pop()).toBe('localhost/kvminfo-exporter:0.1.0')
  // No modules and no limits of cgroups here, and it stays in the foreground.
  return words.filter((word) => !/^--(detach|name|group-add|memory|pids-limit)\b/.test(word))
}

test('serves what the host has, with the flags of the README', async () => {
  podman('load', '--quiet', '--input', archive)
  const vmName = `image-test-${process.pid}`
  // QEMU that would use KVM if it was there: a VM to the exporter.
  const vm = new RunningProcess([
    ...(['qemu-system-x86_64', '-name', `guest=${vmName}`] as const),
    ...['-accel', 'kvm', '-accel', 'tcg'],
    ...['-nodefaults', '-display', 'none', '-S'],
  ])
  const port = 21_000 + (process.pid % 10_000)
  // What a machine without the right to raise limits needs.
  const limits = ['--cgroups=disabled', '--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024']
  const container = new RunningProcess(
    podmanCommand(
      ...['run', '--rm', `--name=kvminfo-${port}`, ...limits, ...documentedFlags(), name],
      ...['serve', '--path.procfs=/host/proc', '--path.sysfs=/host/sys', '--path.rundir=/host/run'],
      `--web.listen-address=127.0.0.1:${port}`,
    ),
  )
  try {
    await container.logged('msg=listening')
    const metrics = await eventually('the VM', async () => {
      const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
      return text.includes(`kvminfo_vm_info{vm="${vmName}"`) ? text : undefined
    })
    expect(metrics).toContain(`pid="${vm.child.pid}"`)
    expect(metrics).toContain('kvminfo_source_active{fact="threads",source="procfs"} 1')
    // Without the modules there are no exits to tell; everything else works.
    const failing = metrics.matchAll(/^kvminfo_scrape_collector_success\{collector="(.*)"\} 0$/gm)
    expect([...failing].map(([, collector]) => collector)).toEqual(['exits', 'exit_reasons', 'device_exits'])
  } finally {
    await Promise.all([vm.stop(), container.stop()])
  }
  expect((await container.finished()).stderr).toContain('msg=stopped')
}, 300_000)

test('the DaemonSet of Kubernetes runs the image with the same rights', () => {
  const [, daemonSet] = parseAllDocuments(read('deploy/container/daemonset.yaml')).map((document) =>
    document.toJS(),
  )
  const { securityContext, containers, volumes } = daemonSet.spec.template.spec
  expect(securityContext.runAsNonRoot).toBe(true)
  const [{ args, securityContext: rights, volumeMounts }] = containers
  expect(rights).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  })
  expect(args).toEqual([...contents().config.config.Cmd, '--web.listen-address=:9756'])
  const mounts = volumeMounts.map(({ name, mountPath, readOnly }: Record<string, unknown>) => [
    name,
    mountPath,
    readOnly,
  ])
  expect(mounts).toEqual(['proc', 'sys', 'run'].map((name) => [name, `/host/${name}`, true]))
  expect(volumes.map(({ hostPath }: { hostPath: { path: string } }) => hostPath.path)).toEqual([
    '/proc',
    '/sys',
    '/run',
  ])
})
