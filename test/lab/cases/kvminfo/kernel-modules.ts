// Loads and unloads kernel modules: ours, built for the lab, and KVM's from the kernel's package.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export function insmod(module: 'kvminfo' | 'taskinfo', ...parameters: string[]): void {
  execFileSync('insmod', [join(process.env.LAB_MODULES!, `${module}.ko`), ...parameters])
}

export function modprobe(module: string): void {
  execFileSync('modprobe', [module], { stdio: ['ignore', 'ignore', 'pipe'] })
}

export function rmmod(...modules: string[]): void {
  execFileSync('rmmod', modules)
}
