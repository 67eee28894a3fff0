// How the class of a VM is shown. The numbers come from classNumber in queries/exits.ts.
import { words } from './mappings.ts'

export const classWords = words({
  1: ['compute', 'green'],
  2: ['mixed', 'yellow'],
  3: ['io', 'red'],
})

/** Colours for graphs in which each class is a series. */
export const classColors: Readonly<Record<string, string>> = { compute: 'green', mixed: 'yellow', io: 'red' }
