// Starts the actuator as a child of `kvminfo remediate`, for hosts where both run as one service. It has its own process,
// so what faces the network still cannot change the host by itself.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { KvminfoError } from '../errors.ts'
import type { Logger } from '../log/logger.ts'

const main = fileURLToPath(
  new URL(`./main${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
)

/** Between two starts, when it ends by itself. */
const restartMs = 1_000

export interface ActuatorProcess {
  /** Ends it; what it has changed stays until its lease ends. */
  stop(): Promise<void>
}

/**
 * `args`: of `kvminfo actuate`. Starts it again whenever it ends, because the leases need it. If this process is killed, the
 * actuator goes on and watches the leases; the next process then uses it, because it still listens.
 */
export function startActuatorProcess(args: readonly string[], log: Logger): ActuatorProcess {
  let child: ChildProcess | undefined
  let isStopping = false
  let hasFailed = false
  let timer: NodeJS.Timeout | undefined
  const start = (): void => {
    child = spawn(process.execPath, [...process.execArgv, main, 'actuate', ...args], {
      stdio: ['ignore', 'inherit', 'inherit'],
      // Nothing of this service, such as its notification socket, is for the child.
      env: {
        PATH: process.env.PATH ?? '',
        ...(process.env.NO_COLOR === undefined ? {} : { NO_COLOR: process.env.NO_COLOR }),
      },
    })
    child.once('error', (cause) =>
      log.error(
        { err: new KvminfoError('LISTEN_FAILED', 'cannot start the actuator', { cause }) },
        'no actuator',
      ),
    )
    child.once('exit', (code, signal) => {
      if (isStopping) return
      if (!hasFailed) {
        log.error({ code, signal }, 'the actuator has ended; starting it again, each second until it stays')
      }
      hasFailed = true
      timer = setTimeout(start, restartMs)
    })
  }
  start()
  return {
    async stop() {
      isStopping = true
      clearTimeout(timer)
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      await exited
    },
  }
}
