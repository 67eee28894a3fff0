// The current state of each source: in use, standby or unavailable, why, and which command would make it available.
import type { KvminfoError } from '../errors.ts'
import type { Fact, SourceName, SourceState } from '../model/sources.ts'

export interface Availability {
  readonly inUse: boolean
  /** Why the source cannot be used; undefined if it can. */
  readonly error: KvminfoError | undefined
}

export function sourceState(fact: Fact, source: SourceName, { inUse, error }: Availability): SourceState {
  if (error === undefined || inUse) {
    const none = { code: undefined, reason: undefined, remedy: undefined }
    return { fact, source, state: inUse ? 'in-use' : 'standby', ...none }
  }
  const { code, message } = error
  return { fact, source, state: 'unavailable', code, reason: message, remedy: remedyFor(source, error) }
}

/** The command that would make the source available; undefined if there is none. */
function remedyFor(source: SourceName, { code }: KvminfoError): string | undefined {
  if (code === 'SOURCE_ABSENT') return whenAbsent[source]
  if (code === 'SOURCE_DENIED') return whenDenied[source]
  if (code === 'SOURCE_VERSION') return install
  return undefined
}

const install =
  'install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release'

const installOrLoad = (module: string): string => `modprobe ${module}; if it is not installed: ${install}`

const joinGroup = (group: string): string =>
  `usermod -a -G ${group} USER (the user that runs this program), then restart the program`

const whenAbsent: Partial<Record<SourceName, string>> = {
  module: installOrLoad('kvminfo'),
  taskinfo: installOrLoad('taskinfo'),
  debugfs: 'mount -t debugfs debugfs /sys/kernel/debug',
}

const whenDenied: Partial<Record<SourceName, string>> = {
  module: joinGroup('kvminfo'),
  taskinfo: joinGroup('kvminfo'),
  debugfs: 'run this program as root, if the kernel is not locked down',
  qmp: 'run this program as the user that runs QEMU, or as root',
  'libvirt-status':
    'systemctl edit kvminfo-exporter, and add AmbientCapabilities=CAP_DAC_READ_SEARCH under [Service]',
  libvirt: joinGroup('libvirt'),
}
