// `kvminfo actuate`: starts the actuator and runs until a signal stops it.
import { type Limits, shippedLimits } from '../../actuator/limits.ts'
import type { SocketEndpoint } from '../../actuator/socket.ts'
import { startActuator } from '../../actuator/start.ts'
import { systemdSockets } from '../../http/systemd-sockets.ts'
import type { Logger } from '../../log/logger.ts'
import { actuatorBounds } from '../../policy/actuator-bounds.ts'
import { PolicyFile } from '../../policy/policy-file.ts'
import type { ActuateOptions } from '../actuate-flags.ts'
import { commandLog } from '../command-log.ts'
import { connectServiceManager, pingWatchdog } from '../service-manager.ts'
import { stopSignal } from '../stop-signal.ts'
import { version } from '../version.ts'

export async function actuate(options: ActuateOptions): Promise<void> {
  const stopped = stopSignal()
  const { procfs, sysfs, rundir, socket, allowedUids } = options
  const log = commandLog(options)
  const isActivated = Number(process.env.LISTEN_PID) === process.pid
  const endpoint: SocketEndpoint = isActivated
    ? systemdSockets(process.env, process.pid)[0]!
    : { path: socket }
  const limits = limitsOf(options.policyFile, log)
  const stop = await startActuator({ procfs, sysfs, rundir, endpoint, allowedUids, limits, log })
  log.info({ socket: isActivated ? 'of systemd' : socket, version }, 'listening')

  const manager = await connectServiceManager(process.env, process.pid, log)
  // A ping proves that the event loop runs, and with it the watch of the leases.
  const stopPinging = pingWatchdog(manager, () => true)
  manager.notify('READY=1')

  const signal = await stopped
  log.info({ signal }, 'stopping; what was changed stays, and leases end when they are due')
  manager.notify('STOPPING=1')
  await stop()
  stopPinging()
}

/** While the policy is broken, the result throws, and the actuator only reads and reverses. */
function limitsOf(path: string | undefined, log: Logger): () => Limits {
  if (path === undefined) return () => shippedLimits
  const file = new PolicyFile(path, log)
  return () => {
    if (file.problem !== undefined) throw file.problem
    return { ...shippedLimits, ...actuatorBounds(file.current.policy) }
  }
}
