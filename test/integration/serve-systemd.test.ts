// Under systemd: its sockets, readiness and the watchdog, tested with systemd's own tool as the other side.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { ask } from '../helpers/http-request.ts'
import { eventually, kvminfoCommand, RunningProcess, startServe } from '../helpers/kvminfo-process.ts'

const directory = mkdtempSync(join(tmpdir(), 'kvminfo-systemd-'))
afterAll(() => rmSync(directory, { recursive: true }))

const running: RunningProcess[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((serve) => serve.stop()))
})

test('serves on the sockets that systemd passes and ignores the listen address', async () => {
  const sockets = ['first', 'second'].map((name) => join(directory, `${name}.socket`))
  const activated = new RunningProcess([
    'systemd-socket-activate',
    ...sockets.flatMap((path) => ['--listen', path]),
    ...kvminfoCommand('serve', '--web.systemd-socket', '--web.listen-address=192.0.2.1:1'),
  ])
  running.push(activated)
  await activated.logged('Listening on', 2)
  for (const socketPath of sockets) {
    const { status, body } = await ask('http://localhost/-/healthy', { socketPath })
    expect([status, body]).toEqual([200, 'kvminfo exporter is healthy.\n'])
  }
  const { code } = await activated.stop()
  expect(code).toBe(0)
})

/** A socket like systemd's own; `told` returns the states that systemd would have received so far. */
async function startNotifySocket(): Promise<{ path: string; told: () => string }> {
  const path = join(directory, `notify-${running.length}.socket`)
  // At the first datagram, it starts `cat` with the socket as its standard input.
  const receiver = new RunningProcess([
    ...(['systemd-socket-activate', '--datagram', '--inetd', '--listen', path] as const),
    ...['sh', '-c', 'exec cat >&2'],
  ])
  running.push(receiver)
  await receiver.logged('Listening on')
  return { path, told: () => receiver.stderr }
}

test('tells systemd when it is ready, that it is alive, and when it stops', async () => {
  const { path, told } = await startNotifySocket()
  const { serve } = await startServe([], { NOTIFY_SOCKET: path, WATCHDOG_USEC: '200000' })
  running.push(serve)
  await eventually('READY=1', () => (told().includes('READY=1') ? true : undefined))
  await eventually('three pings', () => (told().split('WATCHDOG=1').length > 3 ? true : undefined))
  expect(told()).not.toContain('STOPPING=1')
  const { code, stderr } = await serve.stop()
  expect(code).toBe(0)
  expect(stderr).not.toContain('level=warn msg="cannot report the state')
  await eventually('STOPPING=1', () => (told().includes('STOPPING=1') ? true : undefined))
})

test('listens and is active before it has read the host; readiness follows, and a scrape waits for the first sample', async () => {
  const { paths, vms } = writeFixtureTree(join(directory, 'slow'), { vms: 1, vcpus: 1, libvirt: false })
  // Nobody writes to this FIFO, so the command line of this VM does not come before the deadline for it.
  const commandLine = join(paths.procfs, String(vms[0]!.pid), 'cmdline')
  rmSync(commandLine)
  execFileSync('mkfifo', [commandLine])
  const { path, told } = await startNotifySocket()
  const { serve, urls } = await startServe(
    [`--path.procfs=${paths.procfs}`, `--path.sysfs=${paths.sysfs}`, `--path.rundir=${paths.rundir}`],
    { NOTIFY_SOCKET: path },
  )
  running.push(serve)
  const early = await ask(`${urls[0]}/-/ready`)
  expect([early.status, early.body]).toEqual([
    503,
    'kvminfo exporter is not ready: it is reading this host for the first time.\n',
  ])
  expect((await ask(`${urls[0]}/-/healthy`)).status).toBe(200)
  await eventually('READY=1', () => (told().includes('READY=1') ? true : undefined))
  expect(serve.stderr).not.toContain('msg="source in use"')

  const scraped = await ask(`${urls[0]}/metrics`)
  expect(scraped.status).toBe(200)
  expect(scraped.body).toMatch(/^kvminfo_up 1$/m)
  expect((await ask(`${urls[0]}/-/ready`)).status).toBe(200)
  await serve.logged('msg="source in use"')
  // One of its threads still waits for the FIFO.
  const { code, stderr } = await serve.stop()
  expect([code, stderr.trimEnd().split('\n').at(-1)]).toEqual([0, expect.stringContaining('msg=stopped')])
})

test('sends no pings for a watchdog of another process', async () => {
  const { path, told } = await startNotifySocket()
  const environment = { NOTIFY_SOCKET: path, WATCHDOG_USEC: '20000', WATCHDOG_PID: '1' }
  const { serve } = await startServe([], environment)
  running.push(serve)
  await eventually('READY=1', () => (told().includes('READY=1') ? true : undefined))
  await serve.stop()
  await eventually('STOPPING=1', () => (told().includes('STOPPING=1') ? true : undefined))
  expect(told()).not.toContain('WATCHDOG=1')
})

test('warns if nobody listens on the notify socket, and keeps running', async () => {
  const { serve } = await startServe([], { NOTIFY_SOCKET: join(directory, 'nobody.socket') })
  running.push(serve)
  await serve.logged('msg="cannot report the state to systemd" state="READY=1" errno=2')
  expect((await serve.stop()).code).toBe(0)
})
