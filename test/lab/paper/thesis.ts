// What the thesis measured: Feng Hua, "KVM virtual machine performance: research and improvement", master's thesis,
// Shenzhen University, 2018, chapters 3 and 7. Real hardware (Intel), KVM of Linux 4.17.

/** Table 7-4: two equal CentOS 7 VMs after a day. */
export const switches = {
  untuned: { inKvm: 0.609, io: 0.268 },
  tuned: { inKvm: 0.993, io: 0.076 },
}

/** Table 7-3: MB/s of a copied file of 7 GB, mean of six. */
export const disk = { host: 54.51, 'vm virtio': 40.29, 'vm untuned': 27.85 }

/** Figure 7-5: MB/s of the same file over the network. */
export const network = { host: 89.0, 'vm virtio': 49.9, 'vm untuned': 26.6 }

/** Table 7-2: seconds of Super Pi in a VM on an unloaded host, mean of three. */
export const cpu = { 'cfs, alone': 40.86, 'fifo 99, alone': 39.83 }

/** Figure 7-4: MB/s that lmbench writes and reads, in a VM with huge pages and on its host. */
export const memory = { vm: { read: 3360, write: 2595 }, host: { read: 3021, write: 2423 } }

/** Table 3-17: ten VMs for five hours; share of the exits handled in KVM, and port I/O's share of all exits. */
export const ten = [
  { guest: 'CentOS 7', inKvm: 0.979, io: 0.021 },
  { guest: 'Windows 2003', inKvm: 0.498, io: 0.504 },
  { guest: 'Windows 2008', inKvm: 0.722, io: 0.022 },
  { guest: 'Windows 2008', inKvm: 0.636, io: 0.025 },
  { guest: 'CentOS 7', inKvm: 0.977, io: 0.021 },
  { guest: 'CentOS 7', inKvm: 0.973, io: 0.026 },
  { guest: 'Windows 2003', inKvm: 0.447, io: 0.553 },
  { guest: 'Windows 2003', inKvm: 0.438, io: 0.561 },
  { guest: 'Windows 2003', inKvm: 0.442, io: 0.557 },
  { guest: 'Windows 2003', inKvm: 0.441, io: 0.558 },
]
