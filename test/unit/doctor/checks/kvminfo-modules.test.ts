import { expect, test } from 'vitest'
import { kvminfoModules } from '../../../../src/doctor/checks/kvminfo-modules.ts'
import { diagnosed, hostWith } from '../../../helpers/doctor-host.ts'

const loaded = { '/sys/module/kvminfo/version': '0.1.0\n', '/sys/module/taskinfo/version': '0.1.0\n' }
const secureBoot = '/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c'

test('both modules of this release are well, also under Secure Boot', async () => {
  const host = hostWith({ ...loaded, [secureBoot]: Buffer.from([6, 0, 0, 0, 1]) })
  expect(await diagnosed(kvminfoModules, host)).toEqual([])
})

test('names the module of another release', async () => {
  const host = hostWith({ ...loaded, '/sys/module/taskinfo/version': '0.0.9\n' })
  expect(await diagnosed(kvminfoModules, host)).toEqual([
    'warning: the module taskinfo has version 0.0.9, and this program 0.1.0',
  ])
})

test('names what is not loaded', async () => {
  expect(await diagnosed(kvminfoModules, hostWith({}))).toEqual(['notice: not loaded: kvminfo, taskinfo'])
})

test.each([
  ['lockdown: integrity', { '/sys/kernel/security/lockdown': 'none [integrity] confidentiality\n' }],
  ['module.sig_enforce', { '/sys/module/module/parameters/sig_enforce': 'Y\n' }],
  ['Secure Boot', { [secureBoot]: Buffer.from([6, 0, 0, 0, 1]) }],
])('says that modules must be signed: %s', async (guard, files) => {
  expect(await diagnosed(kvminfoModules, hostWith(files))).toEqual([
    `notice: not loaded: kvminfo, taskinfo; the kernel accepts only signed modules (${guard})`,
  ])
})

test('a host with these switched off accepts any module', async () => {
  const host = hostWith({
    '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
    '/sys/module/module/parameters/sig_enforce': 'N\n',
    [secureBoot]: Buffer.from([6, 0, 0, 0, 0]),
  })
  expect(await diagnosed(kvminfoModules, host)).toEqual(['notice: not loaded: kvminfo, taskinfo'])
})
