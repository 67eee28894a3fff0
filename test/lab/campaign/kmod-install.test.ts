// DKMS compiles both modules four times, which takes an emulated CPU minutes.

import { test } from 'vitest'
import { kernelHeaders } from '../kernel-module.ts'
import { unpackedKernel } from '../kernels.ts'
import { passes } from '../passes.ts'

test('kmod-install.sh on Linux 6.1', async () => {
  const headers = await kernelHeaders(await unpackedKernel('6.1', console.error))
  await passes('kmod-install.sh', { loadModules: false, args: [headers], timeoutSeconds: 1500 })
})
