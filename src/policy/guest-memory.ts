// What a balloon leaves to its guest, whoever asks, KiB.

const leastShare = 0.5
const leastKib = 256 * 1024

/** Half of the VM's memory, and at least 256 MiB. More than a small VM has. */
export const leastGuestKib = (memoryKib: number): number =>
  Math.max(leastKib, Math.ceil(memoryKib * leastShare))
