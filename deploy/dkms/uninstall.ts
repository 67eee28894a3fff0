// `npm run kmod:uninstall`: removes everything that kmod:install installed, in reverse order. Skips what is not there.

import { existsSync, rmSync } from 'node:fs'
import {
  dkmsSource,
  group,
  knownVersions,
  modprobeFile,
  modules,
  modulesLoadFile,
  packageName,
  readGroup,
} from './module-package.ts'
import { missing, surroundingsOf } from './preconditions.ts'
import { main, run, StepError, say } from './step.ts'

function unload(): void {
  for (const module of modules.toReversed()) {
    if (!existsSync(`/sys/module/${module}`)) continue
    say(`Unload ${module}`)
    run('modprobe', '-r', module)
  }
}

function removeFiles(): void {
  for (const path of [modulesLoadFile, modprobeFile]) {
    if (!existsSync(path)) continue
    say(`Remove ${path}`)
    rmSync(path)
  }
}

function removeGroup(): void {
  const members = readGroup()?.members
  if (members === undefined) return
  if (members.length > 0) {
    say(`Keep group ${group}, because it still has members: ${members.join(', ')}`)
    return
  }
  say(`Remove group ${group}`)
  run('groupdel', group)
}

function removeFromDkms(): void {
  for (const version of knownVersions()) {
    say(`Remove version ${version} from DKMS and from all kernels`)
    run('dkms', 'remove', '-m', packageName, '-v', version, '--all')
    rmSync(dkmsSource(version), { recursive: true, force: true })
  }
}

main(() => {
  // Removing needs no headers, only building does.
  const problem = missing('kmod:uninstall', { ...surroundingsOf(''), hasHeaders: true })
  if (problem !== undefined) throw new StepError(problem)
  unload()
  removeFiles()
  removeGroup()
  removeFromDkms()
  say('Done')
})
