// The report in the XML of JUnit, which CI systems show: one test case for each check, or for each VM of a check.
import type { Examination, Finding } from '../examine.ts'

/** Findings that are critical or warnings are failures; notices pass, with their text as output. */
export function junitReport({ findings, notChecked, passed }: Examination): string {
  const failed = findings.filter(({ severity }) => severity !== 'notice')
  const cases = [
    ...findings.map((finding) => findingCase(finding)),
    ...notChecked.map(({ check, vm, why }) =>
      testCase(check, vm === undefined ? check : `${check}/${vm}`, `<skipped message="${escaped(why)}"/>`),
    ),
    ...passed.map((check) => testCase(check, check)),
  ]
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="kvminfo doctor" tests="${cases.length}" failures="${failed.length}" skipped="${notChecked.length}">`,
    `<testsuite name="kvminfo doctor" tests="${cases.length}" failures="${failed.length}" errors="0" skipped="${notChecked.length}">`,
    ...cases,
    '</testsuite>',
    '</testsuites>',
    '',
  ].join('\n')
}

function findingCase({ check, item, severity, what, why, fix, source }: Finding): string {
  const text = escaped([why, ...fix, source].join('\n'))
  const inner =
    severity === 'notice'
      ? `<system-out>${escaped(what)}\n${text}</system-out>`
      : `<failure type="${severity}" message="${escaped(what)}">${text}</failure>`
  return testCase(check, item, inner)
}

const testCase = (check: string, name: string, inner = ''): string =>
  `<testcase classname="${escaped(check)}" name="${escaped(name)}">${inner}</testcase>`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** XML 1.0 has no way to write most control characters; they become U+FFFD. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => entities[character]!)
}
