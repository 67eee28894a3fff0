// Reads the state of kernel same-page merging (KSM) from sysfs: a directory of files with one number each.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { KsmState } from '../../model/host.ts'
import { unsupportedAs } from '../source-error.ts'
import type { WholeFile } from '../whole-file.ts'

/** Files that do not contain a number (advisor_mode of Linux 6.8) are left out. Some numbers can be negative. */
export function readKsm(sysfs: string, file: WholeFile): KsmState {
  const directory = join(sysfs, 'kernel/mm/ksm')
  try {
    const state = new Map<string, number>()
    for (const name of readdirSync(directory).sort()) {
      const text = file.text(join(directory, name)).trim()
      if (/^-?\d+$/.test(text)) state.set(name, Number(text))
    }
    return state
  } catch (cause) {
    const message = `there is no ${directory}: the kernel was built without CONFIG_KSM`
    throw unsupportedAs(message, cause, directory, join(sysfs, 'kernel/mm'))
  }
}
