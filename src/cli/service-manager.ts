// Reports our state to systemd: sd_notify(3), sd_watchdog_enabled(3). Does nothing unless systemd asks for it.
import type { Logger } from '../log/logger.ts'
import { loadSdNotify } from '../native/sd-notify.ts'

export interface ServiceManager {
  /** A state such as `READY=1`; several are separated by newlines. */
  notify(state: string): void
  /** systemd expects a ping at least this often, in milliseconds; undefined if it expects none. */
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
        if (result < 0) log.warn({ state, errno: -result }, 'systemd did not accept our state')
      },
      watchdogMs: watchdogMs(environment, pid),
    }
  } catch (error) {
    log.warn(
      { err: error },
      'NOTIFY_SOCKET is set but libsystemd.so.0 cannot be loaded; systemd will get no state from us',
    )
    return noServiceManager
  }
}

/** Pings systemd while `isWell`. The timer also shows that the event loop turns. Returns a function that stops it. */
export function keepWatchdogCalm(manager: ServiceManager, isWell: () => boolean): () => void {
  if (manager.watchdogMs === undefined) return () => {}
  // Half of the period, as sd_watchdog_enabled(3) recommends.
  const timer = setInterval(() => {
    if (isWell()) manager.notify('WATCHDOG=1')
  }, manager.watchdogMs / 2)
  return () => clearInterval(timer)
}
