// Which interface tells which fact at the moment, why the others do not, and what would make them.
import type { KvminfoError } from '../errors.ts'
import type { Fact, SourceName, SourceState } from '../model/sources.ts'

/** What is known of one interface when its state is asked for. */
export interface Availability {
  readonly inUse: boolean
  /** Why it cannot be used; undefined where it could. */
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

/** The command that would help, where one would. */
function remedyFor(source: SourceName, { code }: KvminfoError): string | undefined {
  if (code === 'SOURCE_ABSENT') return whenAbsent[source]
  if (code === 'SOURCE_DENIED') return whenDenied[source]
  if (code === 'SOURCE_VERSION') return install
  return undefined
}

const install =
  'install the package kvminfo-dkms, or run sudo npm run kmod:install in a clone of this release'

const installOrLoad = (module: string): string => `modprobe ${module}; if it is not installed: ${install}`

const whenAbsent: Partial<Record<SourceName, string>> = {
  module: installOrLoad('kvminfo'),
  taskinfo: installOrLoad('taskinfo'),
  debugfs: 'mount -t debugfs debugfs /sys/kernel/debug',
}

const whenDenied: Partial<Record<SourceName, string>> = {
  module: 'usermod -a -G kvminfo USER, with the user this program runs as, and restart it',
  taskinfo: 'usermod -a -G kvminfo USER, with the user this program runs as, and restart it',
  debugfs: 'run this program as root, where the kernel is not locked down',
  qmp: 'run this program as the user that QEMU runs as, or as root',
  'libvirt-status':
    'systemctl edit kvminfo-exporter, and add AmbientCapabilities=CAP_DAC_READ_SEARCH under [Service]',
  libvirt: 'usermod -a -G libvirt USER, with the user this program runs as, and restart it',
}
