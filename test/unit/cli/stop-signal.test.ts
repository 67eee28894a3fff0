import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'

const source = new URL('../../../src/cli/stop-signal.ts', import.meta.url)

// While virsh runs, execa has signal handlers of its own.
test.each(['SIGTERM', 'SIGINT'] as const)(
  'resolves on %s even while a child process runs',
  async (signal) => {
    const script = `
    import { execa } from 'execa'
    import { stopSignal } from '${source}'
    const stopped = stopSignal()
    execa('sleep', ['60'], { stdin: 'ignore' })
    process.kill(process.pid, '${signal}')
    console.log(await stopped)
    process.exit(0)`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [output, exit] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(output).toBe(`${signal}\n`)
    expect(exit).toEqual([0, null])
  },
)
