// What is typed to virsh, by a virsh that writes it down.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readDomain } from '../../../src/libvirt/read.ts'
import { libvirtDomains } from '../../../src/libvirt/write.ts'
import { scratchDirectory } from '../../helpers/scratch.ts'

const uuid = '5cbb3ad6-7d0b-4d6e-8a21-6f0b1d2c3e4f'

/** `answer`: a shell script's end, which says what virsh prints and how it ends. */
function withVirsh(answer: string) {
  const root = scratchDirectory()
  const directory = join(root, 'files')
  mkdirSync(directory)
  mkdirSync(join(root, 'libvirt'))
  for (const socket of ['libvirt-sock', 'libvirt-sock-ro']) writeFileSync(join(root, 'libvirt', socket), '')
  const script = `#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done >> ${root}/words
echo >> ${root}/words
env > ${root}/environment
${answer}
`
  writeFileSync(join(root, 'virsh'), script)
  chmodSync(join(root, 'virsh'), 0o755)
  onTestFinished(() => void vi.unstubAllEnvs())
  vi.stubEnv('PATH', `${root}:${process.env.PATH}`)
  vi.stubEnv('LIBVIRT_DEFAULT_URI', 'test:///default')
  return {
    root,
    directory,
    domains: libvirtDomains(root, directory),
    /** Of each call, without what says which libvirt is meant, and that virsh waits for it. */
    words: () =>
      readFileSync(join(root, 'words'), 'utf8')
        .split('\n\n')
        .filter((call) => call !== '')
        .map((call) => call.replace(/^--keepalive-interval\n0\n(-r\n)?-c\nqemu\+unix:.*\n/, '').split('\n')),
  }
}

test('a domain is named by its UUID, after the end of the options', async () => {
  const { domains, words, root } = withVirsh('echo running')
  expect(await domains.state(uuid)).toBe('running')
  await domains.xml(uuid, 'live')
  await domains.xml(uuid, 'inactive')
  await domains.xml(uuid, 'inactive and secret')
  await domains.shutdown(uuid)
  await domains.start(uuid)
  await domains.setMemory(uuid, 1024)
  await domains.askAgent(uuid, 'guest-ping')
  expect(words()).toEqual([
    ['domstate', '--', uuid],
    ['dumpxml', '--', uuid],
    ['dumpxml', '--inactive', '--', uuid],
    ['dumpxml', '--inactive', '--security-info', '--', uuid],
    ['shutdown', '--mode', 'acpi', '--', uuid],
    ['start', '--', uuid],
    ['setmem', '--live', '--size', '1024KiB', '--', uuid],
    ['qemu-agent-command', '--timeout', '5', '--', uuid, '{"execute":"guest-ping"}'],
  ])
  const environment = readFileSync(join(root, 'environment'), 'utf8')
  expect(environment).toContain('LC_ALL=C\n')
  expect(environment).not.toContain('LIBVIRT_DEFAULT_URI')
})

test('the UUIDs of domains are lines', async () => {
  const { domains } = withVirsh(`printf '${uuid}\\n00000000-0000-4000-8000-000000000000\\n\\n'`)
  expect(await domains.persistent()).toEqual(new Set([uuid, '00000000-0000-4000-8000-000000000000']))
})

test('a definition is in a file that nobody else can read, and that is gone afterwards', async () => {
  const { domains, directory, root, words } = withVirsh(
    'for file; do :; done; cp "$file" $0.copy; stat --format=%a "$file" > $0.mode',
  )
  await domains.define("<domain a='ä'/>")
  expect(readFileSync(join(root, 'virsh.copy'), 'utf8')).toBe("<domain a='ä'/>")
  expect(readFileSync(join(root, 'virsh.mode'), 'utf8')).toBe('600\n')
  expect(words()).toEqual([
    ['define', '--validate', '--file', expect.stringContaining(join(directory, '.define-'))],
  ])
  expect(readdirSync(directory)).toEqual([])
})

test('the file of a definition is gone also if virsh fails', async () => {
  const { domains, directory } = withVirsh('echo "error: XML document failed to validate" >&2; exit 1')
  await expect(domains.define('<domain/>')).rejects.toMatchObject({
    code: 'SOURCE_FAILED',
    message: expect.stringContaining('failed to validate'),
  })
  expect(readdirSync(directory)).toEqual([])
})

test('libvirt that lets this user not write is an error of its own', async () => {
  const { domains } = withVirsh('echo "error: authentication unavailable" >&2; exit 1')
  await expect(domains.start(uuid)).rejects.toMatchObject({ code: 'SOURCE_DENIED' })
})

test('without libvirt nothing is started', async () => {
  const { root, directory } = withVirsh('')
  const domains = libvirtDomains(join(root, 'elsewhere'), directory)
  await expect(domains.state(uuid)).rejects.toMatchObject({ code: 'SOURCE_ABSENT' })
  expect(existsSync(join(root, 'words'))).toBe(false)
})

test.each([
  ['nothing', '', { hasSnapshot: false, hasManagedSave: false, hasJob: false }],
  ['no job', 'case "$*" in *jobinfo*) echo "Job type:         None";; esac', { hasJob: false }],
  ['a job', 'case "$*" in *jobinfo*) echo "Job type:         Unbounded";; esac', { hasJob: true }],
  ['a snapshot', `case "$*" in *with-snapshot*) echo ${uuid};; esac`, { hasSnapshot: true }],
  ['a checkpoint', `case "$*" in *with-checkpoint*) echo ${uuid};; esac`, { hasSnapshot: true }],
  ['a saved state', `case "$*" in *managed-save*) echo ${uuid};; esac`, { hasManagedSave: true }],
  [
    'a saved state of another domain',
    'case "$*" in *managed-save*) echo 0;; esac',
    { hasManagedSave: false },
  ],
])('a domain with %s', async (_what, answer, view) => {
  const { root } = withVirsh(answer)
  expect(await readDomain(root, uuid)).toMatchObject(view)
})
