// The sockets that systemd opened for this process: sd_listen_fds(3).
import { KvminfoError } from '../errors.ts'

/** SD_LISTEN_FDS_START of sd-daemon.h. */
const firstFd = 3

/** The endpoints to listen on. Throws CONFIG_INVALID if systemd passed none to this process. */
export function systemdSockets(environment: NodeJS.ProcessEnv, pid: number): { readonly fd: number }[] {
  const count = Number(environment.LISTEN_FDS)
  if (Number(environment.LISTEN_PID) !== pid || !Number.isInteger(count) || count < 1) {
    throw new KvminfoError(
      'CONFIG_INVALID',
      'systemd passed no sockets: start the program through a socket unit, or without --web.systemd-socket',
    )
  }
  return Array.from({ length: count }, (_, index) => ({ fd: firstFd + index }))
}
