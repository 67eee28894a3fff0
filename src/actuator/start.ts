// Starts the actuator: scheduling calls, socket, watch of the leases.
import { libvirtDomains } from '../libvirt/write.ts'
import type { Logger } from '../log/logger.ts'
import { isRealtimePolicy } from '../model/policy.ts'
import { loadPeerCredentials } from '../native/peer-credentials.ts'
import { loadScheduler } from '../native/scheduler.ts'
import { Actuator } from './actuator.ts'
import type { Limits } from './limits.ts'
import { listen, type SocketEndpoint } from './socket.ts'

export interface ActuatorOptions {
  readonly procfs: string
  readonly sysfs: string
  /** Parent of `kvminfo/`, which has the leases, the record of changes and the kill switch. */
  readonly rundir: string
  readonly endpoint: SocketEndpoint
  /** Who may ask, besides root and the actuator's own user. */
  readonly allowedUids: readonly number[]
  /** Asked at each request. If it throws, only reading and reversing are left. */
  readonly limits: () => Limits
  readonly log: Logger
}

/** An honest client sends its line at once. */
const lineMs = 10_000

/** Resolves when it listens. The result stops it; that changes nothing on the host. */
export async function startActuator(options: ActuatorOptions): Promise<() => Promise<void>> {
  const { endpoint, allowedUids, log } = options
  const scheduler = await loadScheduler()
  const readPeer = await loadPeerCredentials()
  if (!isRealtimePolicy(scheduler.read(process.pid).policy)) {
    log.warn(
      'this program has no real-time policy, so it may end a lease too late on a host whose CPUs are all busy; the systemd unit gives it one',
    )
  }
  const domains = libvirtDomains(options.rundir, `${options.rundir}/kvminfo/changes`)
  const actuator = new Actuator({ ...options, scheduler, domains })
  const allowed = new Set([0, process.geteuid!(), ...allowedUids])
  // Before the first request: what a former process left may be due.
  actuator.watchLeases()
  void actuator.removeTestDisks()
  try {
    const close = await listen({
      endpoint,
      answer: (request) => actuator.answer(request),
      readPeer,
      isAllowed: (uid) => allowed.has(uid),
      lineMs,
      log,
    })
    return async () => {
      await close()
      actuator.stopWatching()
    }
  } catch (error) {
    actuator.stopWatching()
    throw error
  }
}
