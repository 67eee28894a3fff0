// Builds kernel modules that only the lab and the benchmarks need; each is a directory with a Kbuild.

import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { buildTree } from './built-kernel.ts'
import { cached, contentsOf } from './cache.ts'
import { headersPackage, type Kernel } from './kernels.ts'

const kmod = join(import.meta.dirname, '..', '..', 'kmod')
const fetchHeaders = join(kmod, 'fetch-headers.sh')
const kernelMake = join(kmod, 'kernel-make.sh')

/** The directory of headers that modules for this kernel are built against. Fetches them if they are missing. */
export async function kernelHeaders(
  kernel: Kernel,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const from = headersPackage(kernel.line)
  if (from === undefined) return buildTree(kernel.directory)
  const suite = from.suite === undefined ? [] : [from.suite]
  const { stdout } = await execa(fetchHeaders, [from.headers, ...suite], { cancelSignal: signal })
  return stdout.trim()
}

/** Builds the module in `sources`. Returns the directory with its .ko files, which is outside the working tree. */
export async function builtModule(
  label: string,
  sources: string,
  kernel: Kernel,
  signal: AbortSignal = new AbortController().signal,
): Promise<string> {
  const inputs = [kernel.directory, ...(await contentsOf([sources]))]
  return cached(label, kernel.release, inputs, async (draft) => {
    await cp(sources, draft, { recursive: true })
    const headers = await kernelHeaders(kernel, signal)
    await execa(kernelMake, [headers, `M=${draft}`, 'CONFIG_DEBUG_INFO_BTF_MODULES=', 'modules'], {
      cancelSignal: signal,
    })
  })
}
