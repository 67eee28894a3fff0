// Our own kernel modules: loaded, from this release, and allowed by the kernel.
import type { Found, HostCheck } from '../check.ts'
import type { HostView } from '../host-view.ts'

const names = ['kvminfo', 'taskinfo'] as const

export const kvminfoModules: HostCheck = {
  scope: 'host',
  isMetric: true,
  name: 'kvminfo-modules',
  description:
    'the modules kvminfo and taskinfo: loaded, of this release, not forbidden by Secure Boot or lockdown',
  source: 'kmod/README.md; https://docs.kernel.org/admin-guide/module-signing.html',
  examine(host) {
    const versions = names.map((name) => [name, host.optional(`/sys/module/${name}/version`)] as const)
    const missing = versions.flatMap(([name, version]) => (version === undefined ? [name] : []))
    const other = versions.filter(([, version]) => version !== undefined && version !== host.version)
    return [
      ...(missing.length === 0 ? [] : [notLoaded(missing, host)]),
      ...other.map(
        ([name, version]): Found => ({
          severity: 'warning',
          what: `the module ${name} has version ${version}, and this program ${host.version}`,
          why: 'A program may be unable to read the file of a module from another release.',
          fix: [install, `rmmod ${name} && modprobe ${name} # its counters start again from zero`],
        }),
      ),
    ]
  },
}

const install = '# install the package kvminfo-dkms of this release'

/** The fallbacks have less, so this is no fault; signing is needed wherever the kernel demands it. */
function notLoaded(missing: readonly string[], host: HostView): Found {
  const guard = signatureGuard(host)
  return {
    severity: 'notice',
    what: `not loaded: ${missing.join(', ')}${guard === undefined ? '' : `; the kernel accepts only signed modules (${guard})`}`,
    why: "Without kvminfo there are no exits by reason and no times in KVM and in QEMU; the other counters come from KVM's own statistics. Without taskinfo, reading the threads costs more.",
    fix: [
      install,
      ...(guard === undefined ? [] : ['mokutil --import /var/lib/dkms/mok.pub # then reboot and confirm']),
      ...missing.map((name) => `modprobe ${name}`),
    ],
  }
}

const secureBoot = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'

/** Why the kernel refuses modules without a signature; undefined if it does not. */
function signatureGuard(host: HostView): string | undefined {
  const lockdown = /\[(integrity|confidentiality)\]/.exec(
    host.optional('/sys/kernel/security/lockdown') ?? '',
  )
  if (lockdown !== null) return `lockdown: ${lockdown[1]}`
  if (host.optional('/sys/module/module/parameters/sig_enforce') === 'Y') return 'module.sig_enforce'
  // Four bytes of attributes, then the value (UEFI specification, 8.2).
  return host.bytes(secureBoot)?.at(4) === 1 ? 'Secure Boot' : undefined
}
