// How much memory something holds, garbage aside.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Bytes of heap that what `make` gives holds; a hundred kilobytes of others' may be among them. */
export async function retainedBytes(make: () => unknown): Promise<number> {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const made = await make()
  collectGarbage()
  const bytes = process.memoryUsage().heapUsed - before
  // Used after the measurement, so that it was no garbage then.
  if (made === undefined) throw new Error('nothing was made')
  return bytes
}
