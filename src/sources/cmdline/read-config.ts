// Parses a file of -readconfig (qemu-config.c, qemu_config_foreach):
//     [device "dev0"]
//     driver = "virtio-blk-pci"
import { Argument } from './arguments.ts'
import { type Budget, maxBytes, maxWords } from './budget.ts'
import { PairsOption } from './option.ts'

/** A group that QEMU (7.2) accepts and does not use. */
const unused = 'smbios'

/** Groups whose option has another name. */
const optionNames: ReadonlyMap<string, string> = new Map([['memory', 'm']])

/** The groups as options. A line that QEMU would refuse is skipped, because a QEMU that runs has none. */
export function parseConfigFile(text: string, budget: Budget): Argument[] {
  budget.spend(text.length)
  budget.limit(text.length, maxBytes, 'bytes in a file of -readconfig')
  const lines = text.split('\n')
  budget.limit(lines.length, maxWords, 'lines in a file of -readconfig')
  const found: Argument[] = []
  let pairs = new Map<string, string>()
  for (const line of lines) {
    const [, group, id] = /^\s*\[([^\]\s"]+)(?:\s+"([^"]*)")?\s*\]/.exec(line) ?? []
    if (group !== undefined) {
      pairs = new Map(id === undefined ? [] : [['id', id]])
      if (group !== unused)
        found.push(new Argument(optionNames.get(group) ?? group, '', new PairsOption(pairs)))
      continue
    }
    const [, key, value] = /^\s*([^\s="#]+)\s*=\s*"([^"]*)"/.exec(line) ?? []
    if (key !== undefined && value !== undefined) pairs.set(key, value)
  }
  return found
}
