// The names and places that the packages, their maintainer scripts and the tests agree on.

/** The two packages. */
export const exporterPackage = 'kvminfo-exporter'
export const modulesPackage = 'kvminfo-dkms'

/** Where the program and its runtime are installed. */
export const programDirectory = 'usr/lib/kvminfo-exporter'
/** Rules, runbooks and dashboards: what goes to other machines. */
export const sharedDirectory = 'usr/share/kvminfo-exporter'
export const documentation = (packageName: string): string => `usr/share/doc/${packageName}`
/** Node's licence and those of the libraries in it; too long for the copyright file. */
export const nodeLicenses = `${documentation(exporterPackage)}/node-licences.txt.gz`
export const unitDirectory = 'usr/lib/systemd/system'
export const launcherPath = 'usr/bin/kvminfo'
/** Of remediation; none is enabled by an installation. */
export const remediationUnits = [
  'kvminfo-actuate.service',
  'kvminfo-actuate.socket',
  'kvminfo-remediate.service',
  'kvminfo-lease-sweep.service',
  'kvminfo-lease-sweep.timer',
  'kvminfo-weight-rights.service',
  'kvminfo-weight-rights.path',
] as const
/** The second watcher of leases, a shell script that the program does not need. */
export const leaseSweepPath = `${programDirectory}/lease-sweep.sh`
export const defaultsFile = 'etc/default/kvminfo-exporter'

export const maintainer = 'kvminfo-exporter developers <maintainers@kvminfo.invalid>'

export type Cpu = 'x64' | 'arm64'

/** What Debian, rpm and OCI call the processors that the Node runtime is made for. */
export const architectures: Record<
  Cpu,
  { readonly deb: string; readonly rpm: string; readonly oci: string }
> = {
  x64: { deb: 'amd64', rpm: 'x86_64', oci: 'amd64' },
  arm64: { deb: 'arm64', rpm: 'aarch64', oci: 'arm64' },
}
