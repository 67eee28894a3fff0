// The build refuses a kernel if it cannot determine the arguments of tracepoint kvm_exit, because probes that expect
// other arguments would follow wild pointers.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { sourceDirectory } from '../../deploy/dkms/module-package.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

test.each([
  [[], undefined],
  [['KVM_EXIT_TAKES_VCPU'], 'false'],
  [['KVM_EXIT_TAKES_CODE'], 'true'],
  [['KVM_EXIT_TAKES_VCPU', 'KVM_EXIT_TAKES_CODE'], undefined],
])('with features %j, KVM_EXIT_GIVES_CODE is %s (undefined: refused)', (features, givesCode) => {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'have.h'), features.map((name) => `#define HAVE_${name} 1\n`).join(''))
  writeFileSync(join(directory, 'source.c'), '#include "kvm_exit.h"\nKVM_EXIT_GIVES_CODE\n')
  const include = ['-I', directory, '-I', join(sourceDirectory, 'compat')]
  const { stdout, stderr } = spawnSync('gcc', ['-E', '-P', ...include, join(directory, 'source.c')], {
    encoding: 'utf8',
  })
  if (givesCode === undefined)
    expect(stderr).toContain('cannot determine the arguments of tracepoint kvm_exit')
  else expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: givesCode, stderr: '' })
})
