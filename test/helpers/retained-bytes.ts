// Measures how much memory something holds, without garbage.
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The heap bytes that the result of `make` holds. May include a hundred kilobytes of other objects. */
export async function retainedBytes(make: () => unknown): Promise<number> {
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const made = await make()
  collectGarbage()
  const bytes = process.memoryUsage().heapUsed - before
  // Used after the measurement, so that it cannot be collected before.
  if (made === undefined) throw new Error('nothing was made')
  return bytes
}
