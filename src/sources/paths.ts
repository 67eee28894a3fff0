// Where to find the host's file systems. Tests and containers use other paths.

export interface HostPaths {
  readonly procfs: string
  readonly sysfs: string
  /** Parent of `libvirt/`: `/run`. */
  readonly rundir: string
}

export const defaultPaths: HostPaths = { procfs: '/proc', sysfs: '/sys', rundir: '/run' }
