// Programs that manage knobs of the host themselves. We do not change a knob that another program sets: it would set its
// own value again, or take ours for its own. Instead, the plan shows the commands for that program.
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { chosenWord } from './chosen-word.ts'
import { readProcesses } from './process/read.ts'
import { WholeFile } from './whole-file.ts'

export interface HostPlaces {
  readonly procfs: string
  readonly sysfs: string
  /** The folder that has `etc` and `usr`; only tests have another one. */
  readonly root?: string
}

export interface Owner {
  readonly name: string
  /** What a person would type to get the wanted value from it. */
  readonly commands: readonly string[]
}

/** A value that a plan wants. */
export type Wanted =
  | { readonly knob: 'ksm-run'; readonly value: 0 | 1 }
  | { readonly knob: 'ksm-pace'; readonly pagesToScan: number; readonly sleepMs: number }
  /** Pages of the whole host. */
  | { readonly knob: 'huge-pages'; readonly pages: number }
  | { readonly knob: 'transparent-huge-pages'; readonly value: string }

/** Who sets this knob on this host; undefined if nobody does. numad is none: it moves CPUs, which no action here does. */
export function hostOwner(wanted: Wanted, places: HostPlaces): Owner | undefined {
  const running = new Set([...readProcesses(places.procfs, new WholeFile()).values()].map(({ comm }) => comm))
  return (
    momOf(wanted, running) ??
    ksmtunedOf(wanted, running) ??
    tunedOf(wanted, running, places) ??
    advisorOf(wanted, places)
  )
}

function momOf({ knob }: Wanted, running: ReadonlySet<string>): Owner | undefined {
  if (!running.has('momd') || !knob.startsWith('ksm')) return undefined
  return {
    name: 'MoM (momd)',
    commands: [
      '# oVirt: Compute > Clusters > Edit > Optimization > Enable KSM; otherwise the rules in /etc/vdsm/mom.d',
    ],
  }
}

function ksmtunedOf(wanted: Wanted, running: ReadonlySet<string>): Owner | undefined {
  if (!running.has('ksmtuned')) return undefined
  const name = 'ksmtuned'
  if (wanted.knob === 'ksm-run') {
    return wanted.value === 0
      ? { name, commands: ['systemctl disable --now ksmtuned ksm'] }
      : {
          name,
          commands: [
            'editor /etc/ksmtuned.conf # a higher KSM_THRES_COEF starts KSM earlier',
            'systemctl restart ksmtuned',
          ],
        }
  }
  if (wanted.knob !== 'ksm-pace') return undefined
  const { pagesToScan, sleepMs } = wanted
  return {
    name,
    commands: [
      `editor /etc/ksmtuned.conf # KSM_NPAGES_MAX=${pagesToScan}, KSM_SLEEP_MSEC=${sleepMs}`,
      'systemctl restart ksmtuned',
    ],
  }
}

/** What sets the knob in a profile of TuneD, and what a profile of the operator's own would have to say. */
function inTuned(wanted: Wanted): { readonly sets: RegExp; readonly section: string; readonly line: string } {
  switch (wanted.knob) {
    case 'ksm-run':
      return {
        sets: /^\s*\/sys\/kernel\/mm\/ksm\/run\s*=/m,
        section: 'sysfs',
        line: `/sys/kernel/mm/ksm/run=${wanted.value}`,
      }
    case 'ksm-pace':
      return {
        sets: /^\s*\/sys\/kernel\/mm\/ksm\/(pages_to_scan|sleep_millisecs)\s*=/m,
        section: 'sysfs',
        line: `/sys/kernel/mm/ksm/pages_to_scan=${wanted.pagesToScan}\\n/sys/kernel/mm/ksm/sleep_millisecs=${wanted.sleepMs}`,
      }
    case 'huge-pages':
      return {
        sets: /^\s*(vm\.nr_hugepages|\/sys\/.*\/nr_hugepages)\s*=/m,
        section: 'sysctl',
        line: `vm.nr_hugepages=${wanted.pages}`,
      }
    case 'transparent-huge-pages':
      return {
        sets: /^\s*(transparent_hugepages?|transparent_hugepage\.enabled|\/sys\/kernel\/mm\/transparent_hugepage\/enabled)\s*=/m,
        section: 'vm',
        line: `transparent_hugepages=${wanted.value}`,
      }
  }
}

function tunedOf(
  wanted: Wanted,
  running: ReadonlySet<string>,
  { root = '/' }: HostPlaces,
): Owner | undefined {
  if (!running.has('tuned')) return undefined
  const active = (read(join(root, 'etc/tuned/active_profile')) ?? '')
    .split(/\s+/)
    .filter((name) => name !== '')
  const { sets, section, line } = inTuned(wanted)
  if (!active.some((name) => sets.test(profileText(root, name)))) return undefined
  const text = `[main]\\ninclude=${active.join(',')}\\n[${section}]\\n${line}\\n`
  return {
    name: `TuneD (profile ${active.join(' ')})`,
    commands: [
      'mkdir -p /etc/tuned/own',
      `printf '${text}' > /etc/tuned/own/tuned.conf`,
      'tuned-adm profile own',
    ],
  }
}

/** Of the profile and of those that it includes. */
function profileText(root: string, name: string, seen = new Set<string>()): string {
  if (seen.has(name) || name !== basename(name) || name.startsWith('.')) return ''
  seen.add(name)
  const folders = ['etc/tuned/profiles', 'etc/tuned', 'usr/lib/tuned/profiles', 'usr/lib/tuned']
  const text = folders
    .map((folder) => read(join(root, folder, name, 'tuned.conf')))
    .find((one) => one !== undefined)
  const included = /^\s*include\s*=\s*(.*)$/m.exec(text ?? '')?.[1] ?? ''
  return [text ?? '', ...included.split(/[\s,]+/).map((one) => profileText(root, one, seen))].join('\n')
}

/** Since Linux 6.8 the kernel can choose how many pages KSM scans. */
function advisorOf({ knob }: Wanted, { sysfs }: HostPlaces): Owner | undefined {
  if (knob !== 'ksm-pace') return undefined
  const mode = chosenWord(read(join(sysfs, 'kernel/mm/ksm/advisor_mode')) ?? '')
  if (mode === undefined || mode === 'none') return undefined
  return {
    name: `the kernel's advisor of KSM (advisor_mode ${mode})`,
    commands: ['echo 20 > /sys/kernel/mm/ksm/advisor_max_cpu'],
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
