// The Node runtime that the package brings: the binary of the npm package `node`, which package.json pins.
import { closeSync, existsSync, globSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import type { Cpu } from './names.ts'
import { root } from './sources.ts'
import { PackageError } from './step.ts'

export interface Runtime {
  readonly binary: string
  readonly cpu: Cpu
  readonly license: string
}

/** e_machine of the ELF header. */
const machines: Record<number, Cpu> = { 62: 'x64', 183: 'arm64' }

export function nodeRuntime(): Runtime {
  const binary = join(root, 'node_modules/node/bin/node')
  if (!existsSync(binary)) throw new PackageError(`${binary} is missing; run "npm ci" first`)
  const header = Buffer.alloc(20)
  const file = openSync(binary, 'r')
  readSync(file, header)
  closeSync(file)
  const cpu = header.toString('latin1', 0, 4) === '\x7fELF' ? machines[header.readUInt16LE(18)] : undefined
  if (cpu === undefined) throw new PackageError(`${binary} is not for Linux on x86-64 or arm64`)
  const [license] = globSync(`node_modules/{node/node_modules/,}node-linux-${cpu}/LICENSE`, { cwd: root })
  if (license === undefined) throw new PackageError(`no LICENSE of Node beside ${binary}`)
  return { binary, cpu, license: readFileSync(join(root, license), 'utf8') }
}
