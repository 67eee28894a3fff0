// Reports the program's state to systemd: sd_notify(3), sd_watchdog_enabled(3). Does nothing unless systemd asks for it.
import type { Logger } from '../log/logger.ts'
import { loadSdNotify } from '../native/sd-notify.ts'

export interface ServiceManager {
  /** A state such as `READY=1`; several are separated by newlines. */
  notify(state: string): void
  /** The longest time between two pings that systemd accepts, in milliseconds; undefined if it expects none. */
  readonly watchdogMs: number | undefined
}

const noServiceManager: ServiceManager = { notify() {}, watchdogMs: undefined }

function watchdogMs(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID = String(pid) } = environment
  const microseconds = Number(WATCHDOG_USEC)
  return microseconds > 0 && WATCHDOG_PID === String(pid) ? microseconds / 1000 : undefined
}

/** Loads libsystemd only if NOTIFY_SOCKET is set. If that fails, a warning is enough: the server works without it. */
export async function connectServiceManager(
  environment: NodeJS.ProcessEnv,
  pid: number,
  log: Logger,
): Promise<ServiceManager> {
  if (!environment.NOTIFY_SOCKET) return noServiceManager
  try {
    const sdNotify = await loadSdNotify()
    return {
      notify(state) {
        const result = sdNotify(state)
        if (result < 0) log.warn({ state, errno: -result }, 'cannot report the state to systemd')
      },
      watchdogMs: watchdogMs(environment, pid),
    }
  } catch (error) {
    log.warn(
      { err: error },
      'cannot load libsystemd.so.0, so systemd gets no state from this program; install libsystemd',
    )
    return noServiceManager
  }
}

/** Pings systemd while `isWell`; a ping also proves that the event loop runs. Returns a function that stops the pings. */
export function pingWatchdog(manager: ServiceManager, isWell: () => boolean): () => void {
  if (manager.watchdogMs === undefined) return () => {}
  // Half of the period, as sd_watchdog_enabled(3) recommends.
  const timer = setInterval(() => {
    if (isWell()) manager.notify('WATCHDOG=1')
  }, manager.watchdogMs / 2)
  return () => clearInterval(timer)
}
