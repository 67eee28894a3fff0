// Builds kernel modules that only the lab and the benchmarks need; each is a directory with a Kbuild.

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { cached, contentsOf } from './cache.ts'
import { type Kernel, kernels } from './kernels.ts'

const fetchHeaders = join(import.meta.dirname, '..', '..', 'kmod', 'fetch-headers.sh')

/** The directory of headers that modules for this kernel are built against. Fetches them if they are missing. */
export async function kernelHeaders(
  kernel: Kernel,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const { stdout } = await execa(fetchHeaders, [kernels[kernel.line].headers], { cancelSignal: signal })
  return stdout.trim()
}

/** Builds the module in `sources`. Returns the directory with its .ko files, which is outside the working tree. */
export async function builtModule(
  label: string,
  sources: string,
  kernel: Kernel,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const inputs = [kernel.release, ...(await contentsOf([sources]))]
  return cached(label, kernel.release, inputs, async (draft) => {
    await cp(sources, draft, { recursive: true })
    const headers = await kernelHeaders(kernel, signal)
    await execa('make', ['-C', headers, `M=${draft}`, 'CONFIG_DEBUG_INFO_BTF_MODULES=', 'modules'], {
      cancelSignal: signal,
    })
  })
}
