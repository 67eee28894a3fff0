// Kernel modules that only the lab and the benchmarks need, each a directory with a Kbuild.

import { join } from 'node:path'
import { execa } from 'execa'
import { cached, contentsOf } from './cache.ts'
import { type Kernel, kernels } from './kernels.ts'

const fetchHeaders = join(import.meta.dirname, '..', '..', 'kmod', 'fetch-headers.sh')

/** The headers that modules for this kernel are built against, fetched if missing. */
export async function kernelHeaders(kernel: Kernel): Promise<string> {
  const { stdout } = await execa(fetchHeaders, [kernels[kernel.line].headers])
  return stdout.trim()
}

/** Builds the module in `sources`; its .ko files are in the directory returned, outside the working tree. */
export async function builtModule(label: string, sources: string, kernel: Kernel): Promise<string> {
  const inputs = [kernel.release, ...(await contentsOf([sources]))]
  return cached(label, kernel.release, inputs, async (draft) => {
    await execa('cp', ['-R', `${sources}/.`, draft])
    const headers = await kernelHeaders(kernel)
    await execa('make', ['-C', headers, `M=${draft}`, 'CONFIG_DEBUG_INFO_BTF_MODULES=', 'modules'])
  })
}
