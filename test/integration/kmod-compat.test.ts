// A kernel whose tracepoint the build cannot tell is refused: probes with another's arguments would read wild pointers.
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
])('features %j: the exit gives its code: %s', (features, givesCode) => {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'have.h'), features.map((name) => `#define HAVE_${name} 1\n`).join(''))
  writeFileSync(join(directory, 'source.c'), '#include "kvm_exit.h"\nKVM_EXIT_GIVES_CODE\n')
  const include = ['-I', directory, '-I', join(sourceDirectory, 'compat')]
  const { stdout, stderr } = spawnSync('gcc', ['-E', '-P', ...include, join(directory, 'source.c')], {
    encoding: 'utf8',
  })
  if (givesCode === undefined) expect(stderr).toContain('cannot tell what tracepoint kvm_exit takes here')
  else expect({ stdout: stdout.trim(), stderr }).toEqual({ stdout: givesCode, stderr: '' })
})
