// The UNIX socket on which a QEMU command line offers QMP: `-qmp unix:PATH,…` or `-chardev socket` with `-mon`.
import { isAbsolute } from 'node:path'
import type { Arguments } from './arguments.ts'
import { parseOption } from './option.ts'

/** The first absolute path; undefined if there is none. Only QEMU knows to which directory a path is relative. */
export function qmpSocketOf({ options }: Arguments): string | undefined {
  const paths: (string | undefined)[] = []
  for (const text of [...(options.get('qmp') ?? []), ...(options.get('qmp-pretty') ?? [])]) {
    const address = parseOption(text, 'address').get('address')
    if (address?.startsWith('unix:')) paths.push(address.slice('unix:'.length))
  }
  const chardevs = (options.get('chardev') ?? []).map((text) => parseOption(text, 'backend'))
  for (const text of options.get('mon') ?? []) {
    const monitor = parseOption(text, 'chardev')
    if (monitor.get('mode') !== 'control') continue
    paths.push(chardevs.find((chardev) => chardev.get('id') === monitor.get('chardev'))?.get('path'))
  }
  return paths.find((path) => path !== undefined && isAbsolute(path))
}
