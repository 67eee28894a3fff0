// The names of the users of this host.
import { readFileSync } from 'node:fs'

/** By user ID, from `path`, which has the format of passwd(5). Empty if it cannot be read: names are only nicer than numbers. */
export function readUserNames(path = '/etc/passwd'): Map<number, string> {
  const names = new Map<number, string>()
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return names
  }
  // The first of several names of one user is the one that others show too.
  for (const [, name, uid] of text.matchAll(/^([^:\n]+):[^:\n]*:(\d+):/gm))
    if (!names.has(Number(uid))) names.set(Number(uid), name!)
  return names
}
