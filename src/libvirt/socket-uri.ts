// Which libvirt virsh asks.

/** Names the socket, so that a `rundir` of another host never leads to the libvirt of this one. */
export const socketUri = (socket: string): string =>
  `qemu+unix:///system?socket=${encodeURIComponent(socket)}`
