// `kvminfo doctor` as a process on a host of files: what it prints, its exit codes, and a plan from a running
// `kvminfo remediate`.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { JsonReport } from '../../src/doctor/report/json.ts'
import { writeFixtureTree } from '../helpers/fixture-tree.ts'
import { eventually, kvminfoCommand, RunningProcess } from '../helpers/kvminfo-process.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

/** What makes the fixture's host a host without critical findings. */
const sound = {
  'proc/cpuinfo': 'flags\t: fpu svm\n',
  'sys/class/misc/kvm/dev': '10:232\n',
  'sys/module/kvm_amd/parameters/npt': '1\n',
}

function hostOf(files: Readonly<Record<string, string>> = sound) {
  const root = scratchDirectory()
  writeFixtureTree(root, { vms: 1, vcpus: 2, others: 1 })
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const paths = [
    ...['procfs', 'sysfs', 'rundir'].map(
      (name, at) => `--path.${name}=${join(root, ['proc', 'sys', 'run'][at]!)}`,
    ),
    `--path.rootfs=${root}`,
  ]
  const run = (...flags: string[]) => {
    const environment = { NO_COLOR: '1' }
    return new RunningProcess(kvminfoCommand('doctor', ...paths, ...flags), environment).finished()
  }
  return { root, run }
}

const only = (...names: string[]) => names.map((name) => `--only=${name}`)

test('the exit code follows the worst finding', async () => {
  const { run } = hostOf()
  expect(await run(...only('kvm-loaded'))).toMatchObject({ code: 0, stderr: '' })
  expect(await run(...only('iommu'))).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('NOTICE iommu\n'),
  })
  expect(await run(...only('vhost', 'kvm-loaded'))).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('WARNING vhost\n'),
  })
  const critical = await hostOf({ ...sound, 'sys/module/kvm_amd/parameters/npt': '0\n' }).run()
  expect(critical).toMatchObject({ code: 2, stdout: expect.stringContaining('CRITICAL nested-paging\n') })
  expect(critical.stdout).not.toContain('\u001b')
})

test('wrong usage ends with 3, which no finding has', async () => {
  const { run } = hostOf()
  expect(await run('--only=no-such-check')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("--only: 'no-such-check' is not one of cpu-virtualization,"),
  })
  expect(await run('--no-such-flag')).toMatchObject({ code: 3 })
  expect(await run('--only=vhost', '--skip=vhost')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('leave no check; kvminfo doctor --list shows all'),
  })
})

test('JSON has the findings of the VMs, and what could not be checked', async () => {
  const { stdout } = await hostOf().run('--json')
  const report = JSON.parse(stdout) as JsonReport
  const checks = new Set(report.findings.map(({ check }) => check))
  // The recorded VM has the default CPU model of libvirt, and an old machine type.
  expect(report.findings.filter(({ check }) => check === 'vm-cpu-model')).toMatchObject([
    { severity: 'warning', what: 'its CPU model is qemu64' },
  ])
  expect(checks.has('vm-machine-type')).toBe(true)
  expect(report.notChecked.map(({ check }) => check)).toContain('versions')
  for (const { check } of report.notChecked) expect(report.passed).not.toContain(check)
})

test('--list names each check, and --junit is for CI', async () => {
  const { run } = hostOf()
  expect((await run('--list')).stdout).toMatch(/^cpu-virtualization {6}\S/m)
  expect((await run('--junit', ...only('vhost'))).stdout).toContain('<failure type="warning"')
})

test('forms that exclude each other are refused', async () => {
  const { run } = hostOf()
  for (const flags of [
    ['--json', '--junit'],
    ['--fix=iommu', '--json'],
  ]) {
    const { code, stdout, stderr } = await run(...flags)
    expect([code, stdout, stderr]).toEqual([3, '', expect.stringContaining('--json and --junit')])
  }
})

test('--fix shows the commands, and without kvminfo remediate says how to get its plan', async () => {
  const { run } = hostOf({
    ...sound,
    'sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]\n',
  })
  const flags = [...only('transparent-huge-pages', 'iommu')]
  expect(await run(...flags, '--fix=transparent-huge-pages')).toMatchObject({
    code: 3,
    stdout: expect.stringContaining('  echo madvise > /sys/kernel/mm/transparent_hugepage/enabled\n'),
    stderr: expect.stringContaining('systemctl start kvminfo-remediate'),
  })
  expect(await run(...flags, '--fix=iommu')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('kvminfo remediate has no action for this.'),
  })
  expect(await run(...flags, '--fix=ksm')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('no finding "ksm" now. Findings: transparent-huge-pages, iommu'),
  })
})

test('--fix prints the plan of a running kvminfo remediate', async () => {
  const { root, run } = hostOf({
    ...sound,
    'sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]\n',
    'proc/sys/kernel/random/boot_id': '0f8fad5b-d9cb-469f-a165-70867728950e\n',
  })
  const policy = join(root, 'policy.yml')
  const token = join(root, 'token')
  writeFileSync(token, 'token-of-alertmanager-0123\n', { mode: 0o600 })
  writeFileSync(policy, `instances: [kvm1]\ncredentials: {alertmanager: [${token}]}\n`)
  const remediate = new RunningProcess(
    kvminfoCommand(
      'remediate',
      `--policy.file=${policy}`,
      `--state.directory=${join(root, 'state')}`,
      ...['procfs', 'sysfs', 'rundir'].map(
        (name, at) => `--path.${name}=${join(root, ['proc', 'sys', 'run'][at]!)}`,
      ),
      '--web.listen-address=127.0.0.1:0',
    ),
  )
  onTestFinished(async () => void (await remediate.stop()))
  await remediate.logged('msg=listening url=')
  await eventually(
    'the actuator listens',
    () => existsSync(join(root, 'run/kvminfo/actuate.sock')) || undefined,
  )
  const fix = await run(...only('transparent-huge-pages'), '--fix=transparent-huge-pages')
  expect(fix).toMatchObject({ code: 0, stderr: '' })
  expect(fix.stdout).toMatch(/^Plan [0-9a-f]{64}\n.*\n.*never +madvise$/m)
})
