// Tells systemd how we are: sd_notify(3), sd_watchdog_enabled(3). Does nothing where systemd does not ask.
import type { Logger } from '../log/logger.ts'

export interface ServiceManager {
  /** Such as `READY=1`; lines for several. */
  notify(state: string): void
  /** How often systemd wants to hear from us at least, in milliseconds; undefined for never. */
  readonly watchdogMs: number | undefined
}

const noServiceManager: ServiceManager = { notify() {}, watchdogMs: undefined }

function watchdogMs(environment: NodeJS.ProcessEnv, pid: number): number | undefined {
  const { WATCHDOG_USEC, WATCHDOG_PID = String(pid) } = environment
  const microseconds = Number(WATCHDOG_USEC)
  return microseconds > 0 && WATCHDOG_PID === String(pid) ? microseconds / 1000 : undefined
}

/** libsystemd is loaded only where NOTIFY_SOCKET is set; being without it is worth a warning and no more. */
export async function connectServiceManager(
  environment: NodeJS.ProcessEnv,
  pid: number,
  log: Logger,
): Promise<ServiceManager> {
  if (!environment.NOTIFY_SOCKET) return noServiceManager
  try {
    const { default: koffi } = await import('koffi')
    const sdNotify = koffi
      .load('libsystemd.so.0')
      .func('int sd_notify(int unset_environment, const char *state)') as (
      unset: number,
      state: string,
    ) => number
    return {
      notify(state) {
        const result = sdNotify(0, state)
        if (result < 0) log.warn({ state, errno: -result }, 'systemd did not take our state')
      },
      watchdogMs: watchdogMs(environment, pid),
    }
  } catch (error) {
    log.warn(
      { err: error },
      'NOTIFY_SOCKET is set but libsystemd.so.0 cannot be used; systemd will not hear from us',
    )
    return noServiceManager
  }
}

/** Pings as long as `isWell`; its timer shows that the event loop turns. Returns what stops it. */
export function keepWatchdogCalm(manager: ServiceManager, isWell: () => boolean): () => void {
  if (manager.watchdogMs === undefined) return () => {}
  // Half of the period, as sd_watchdog_enabled(3) recommends.
  const timer = setInterval(() => {
    if (isWell()) manager.notify('WATCHDOG=1')
  }, manager.watchdogMs / 2)
  return () => clearInterval(timer)
}
