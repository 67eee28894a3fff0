// Sockets that systemd opened for us: sd_listen_fds(3).
import { KvminfoError } from '../errors.ts'

/** SD_LISTEN_FDS_START of sd-daemon.h. */
const firstFd = 3

/** Endpoints to listen on. Throws where there is none for this process. */
export function systemdSockets(environment: NodeJS.ProcessEnv, pid: number): { readonly fd: number }[] {
  const count = Number(environment.LISTEN_FDS)
  if (Number(environment.LISTEN_PID) !== pid || !Number.isInteger(count) || count < 1) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      'no sockets from systemd: start through a socket unit, or without --web.systemd-socket',
    )
  }
  return Array.from({ length: count }, (_, index) => ({ fd: firstFd + index }))
}
