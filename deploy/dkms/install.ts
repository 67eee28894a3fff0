// `npm run kmod:install [-- --kernel RELEASE]`: installs both kernel modules through DKMS, which rebuilds them for each
// new kernel, and loads them now and at boot. For another kernel than the running one it only builds and installs.
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { parseArgs } from 'node:util'
import { build } from './build.ts'
import {
  group,
  modprobeFile,
  modules,
  modulesLoadFile,
  readGroup,
  sourceDirectory,
} from './module-package.ts'
import { missing, surroundingsOf } from './preconditions.ts'
import { main, run, StepError, say } from './step.ts'

const isLoaded = (module: string): boolean => existsSync(`/sys/module/${module}`)

function configure(groupId: string): void {
  say(`Write ${modprobeFile}: group ${group} (${groupId}) may read /proc/kvminfo and /proc/taskinfo`)
  writeFileSync(modprobeFile, modules.map((module) => `options ${module} group=${groupId}\n`).join(''))
  say(`Write ${modulesLoadFile}: load the modules at boot`)
  writeFileSync(modulesLoadFile, modules.map((module) => `${module}\n`).join(''))
}

function load(): void {
  for (const module of modules.toReversed().filter(isLoaded)) {
    say(`Unload the present ${module}`)
    run('modprobe', '-r', module)
  }
  for (const module of modules) {
    say(`Load ${module}`)
    try {
      run('modprobe', module)
    } catch (error) {
      throw new StepError(
        `${(error as Error).message}\nIf the error is 'Key was rejected by service', Secure Boot requires a signed module. Run\n` +
          '  mokutil --import /var/lib/dkms/mok.pub\nthen reboot, enrol the key, and run this command again.',
      )
    }
  }
}

function verify(groupId: string): void {
  for (const module of modules) {
    const path = `/proc/${module}`
    const [header = ''] = readFileSync(path, 'utf8').split('\n')
    if (!header.startsWith(`${module} `))
      throw new StepError(`${path} does not begin with '${module}' but with '${header}'`)
    if (String(statSync(path).gid) !== groupId)
      throw new StepError(`${path} does not belong to group ${group} (${groupId})`)
    say(`${path} begins with: ${header}`)
  }
}

main(() => {
  const { kernel } = parseArgs({ options: { kernel: { type: 'string', default: release() } } }).values
  const problem = missing('kmod:install', surroundingsOf(kernel))
  if (problem !== undefined) throw new StepError(problem)

  build(sourceDirectory, kernel)
  say(`Create group ${group} if it does not exist`)
  run('groupadd', '--system', '--force', group)
  const id = readGroup()?.id
  if (id === undefined) throw new StepError(`groupadd succeeded, but /etc/group has no group ${group}`)
  configure(id)
  if (kernel !== release()) {
    say(`Done. Kernel ${kernel} will load the modules when it boots`)
    return
  }
  load()
  verify(id)
  say(`Done. To let the exporter's user read them: usermod -a -G ${group} USER, then restart the exporter`)
})
