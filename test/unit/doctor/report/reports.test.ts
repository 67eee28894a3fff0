import { expect, test } from 'vitest'
import type { Examination, Finding } from '../../../../src/doctor/examine.ts'
import { jsonReport } from '../../../../src/doctor/report/json.ts'
import { junitReport } from '../../../../src/doctor/report/junit.ts'
import { textReport } from '../../../../src/doctor/report/text.ts'

const finding = (more: Partial<Finding>): Finding => ({
  ...{ check: 'thp', vm: undefined, item: 'thp', severity: 'warning', what: 'it is off', why: 'Because.' },
  ...{ fix: ['echo madvise > /sys/enabled'], source: 'thesis 5.2.3; https://example.org/thp' },
  ...more,
})
const examination: Examination = {
  findings: [
    finding({
      severity: 'critical',
      check: 'vm-x',
      vm: 'a<b',
      item: 'vm-x/a<b/sda',
      device: 'sda',
      action: 'virtio-disk',
    }),
    finding({ severity: 'notice', why: 'word '.repeat(40).trim(), fix: [`# ${'do '.repeat(40).trim()}`] }),
  ],
  notChecked: [{ check: 'ksm', vm: undefined, why: 'no right' }],
  passed: ['vhost'],
}
const plain = { hasColour: false, vms: 1 }

test('the report for a terminal', () => {
  expect(
    textReport({ ...examination, findings: examination.findings.slice(0, 1) }, plain),
  ).toBe(`CRITICAL vm-x/a<b/sda
  It is off.
  Because.
  fix: echo madvise > /sys/enabled
  see: thesis 5.2.3
       https://example.org/thp

Not checked:
  ksm: no right

1 critical, 0 warnings, 0 notices.
1 check found nothing, 1 could not be made. 1 VM.
`)
})

test('no line but a command is wider than 80 columns', () => {
  for (const line of textReport(examination, plain).split('\n'))
    expect([line, line.length <= 80]).toEqual([line, true])
})

test('a long remark behind a command gets lines of its own, and a short one none', () => {
  const fix = [`virsh edit web1 # ${'do '.repeat(30).trim()}`, 'virsh edit web1 # this']
  const lines = textReport({ findings: [finding({ fix })], notChecked: [], passed: [] }, plain).split('\n')
  expect(lines[3]).toBe('  fix: virsh edit web1')
  expect(lines[4]).toMatch(/^ {7}# do do/)
  expect(lines[5]).toMatch(/^ {7}# do/)
  expect(lines[6]).toBe('       virsh edit web1 # this')
})

test('colour only if asked for', () => {
  expect(textReport(examination, plain)).not.toContain('\u001b')
  expect(textReport(examination, { ...plain, hasColour: true })).toContain(
    '\u001b[1;31mCRITICAL\u001b[0m vm-x',
  )
})

test('a name cannot control the terminal', () => {
  const item = 'vm-x/\u001b[2J\u202Eevil\nCRITICAL'
  const text = textReport({ findings: [finding({ item })], notChecked: [], passed: [] }, plain)
  expect(text.split('\n')[0]).toBe('WARNING vm-x/\uFFFD[2J\uFFFDevil\uFFFDCRITICAL')
})

test('JSON has every field, null where there is nothing', () => {
  const [first, second] = jsonReport(examination).findings
  expect(first).toEqual({
    ...{
      item: 'vm-x/a<b/sda',
      check: 'vm-x',
      severity: 'critical',
      vm: 'a<b',
      device: 'sda',
      what: 'it is off',
    },
    ...{ why: 'Because.', fix: ['echo madvise > /sys/enabled'], action: 'virtio-disk' },
    source: 'thesis 5.2.3; https://example.org/thp',
  })
  expect(second).toMatchObject({ vm: null, device: null, action: null })
  expect(jsonReport(examination)).toMatchObject({ version: 1, worst: 'critical', passed: ['vhost'] })
  expect(jsonReport({ findings: [], notChecked: [], passed: [] }).worst).toBeNull()
})

test('JUnit has failures, skipped and passed cases, escaped', () => {
  const xml = junitReport(examination)
  expect(xml).toContain('tests="4" failures="1" errors="0" skipped="1"')
  expect(xml).toContain(
    '<testcase classname="vm-x" name="vm-x/a&lt;b/sda"><failure type="critical" message="it is off">',
  )
  expect(xml).toContain('<testcase classname="ksm" name="ksm"><skipped message="no right"/></testcase>')
  expect(xml).toContain('<testcase classname="thp" name="thp"><system-out>it is off')
  expect(xml).toContain('<testcase classname="vhost" name="vhost"></testcase>')
  expect(junitReport({ ...examination, findings: [finding({ what: 'a\u0001b' })] })).toContain(
    'message="a\uFFFDb"',
  )
})
