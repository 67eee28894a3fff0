// Whether the kernel gives each control group a budget of its own for real-time threads (CONFIG_RT_GROUP_SCHED). Only the
// kernel's configuration tells.
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { KvminfoError } from '../errors.ts'

/** `config`: the kernel's configuration; `cmdline`: its command line. */
export function hasRealtimeGroups(config: string, cmdline: string): boolean {
  const isBuilt = /^CONFIG_RT_GROUP_SCHED=y$/m.test(config)
  const isOff = /^CONFIG_RT_GROUP_SCHED_DEFAULT_DISABLED=y$/m.test(config)
  const choice = /\brt_group_sched=(\d)/.exec(cmdline)?.[1]
  return isBuilt && (choice === undefined ? !isOff : choice !== '0')
}

/** A kernel's configuration has 300 kB. Throws SOURCE_MALFORMED; `path` is for the message. */
export function unpackedConfig(packed: Buffer, path: string): string {
  try {
    return gunzipSync(packed, { maxOutputLength: 16 * 1024 * 1024 }).toString('latin1')
  } catch (cause) {
    throw new KvminfoError('SOURCE_MALFORMED', `${path} is not readable as gzip`, { cause })
  }
}

/** undefined if the configuration of the running kernel cannot be read here. */
export function readHasRealtimeGroups(procfs: string): boolean | undefined {
  const config =
    tried(() => unpackedConfig(readFileSync(`${procfs}/config.gz`), `${procfs}/config.gz`)) ??
    tried(() => {
      const release = readFileSync(`${procfs}/sys/kernel/osrelease`, 'utf8').trim()
      return readFileSync(`/boot/config-${release}`, 'latin1')
    })
  if (config === undefined) return undefined
  return hasRealtimeGroups(config, tried(() => readFileSync(`${procfs}/cmdline`, 'latin1')) ?? '')
}

function tried<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
