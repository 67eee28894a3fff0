// How the class of a VM is shown. The numbers are those of queries/exits.ts, classNumber.
import { words } from './mappings.ts'

export const classWords = words({
  1: ['compute', 'green'],
  2: ['mixed', 'yellow'],
  3: ['io', 'red'],
})

/** Colours of the classes where they are series of their own. */
export const classColors: Readonly<Record<string, string>> = { compute: 'green', mixed: 'yellow', io: 'red' }
