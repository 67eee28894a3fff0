// Where a host's file systems are found; tests and containers point these elsewhere.

export interface HostPaths {
  readonly procfs: string
  readonly sysfs: string
  /** Parent of `libvirt/`: `/run`. */
  readonly rundir: string
}

export const defaultPaths: HostPaths = { procfs: '/proc', sysfs: '/sys', rundir: '/run' }
