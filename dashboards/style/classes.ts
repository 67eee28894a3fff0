// How the class of a VM is shown. The numbers come from classNumber in queries/exits.ts.
import { words } from './mappings.ts'

/** Colours for graphs in which each class is a series. */
export const classColors = {
  'near-native': 'green',
  'in-kernel-io': 'blue',
  mixed: 'yellow',
  'emulated-io': 'red',
} as const

export const classWords = words({
  1: ['near-native', classColors['near-native']],
  2: ['in-kernel-io', classColors['in-kernel-io']],
  3: ['mixed', classColors.mixed],
  4: ['emulated-io', classColors['emulated-io']],
})
