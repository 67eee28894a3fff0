// The rule files that a Prometheus in the lab loads. Only the settings differ: VMs are judged from fewer exits on.

import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { remediationFile, settingsFile, withLowFloor } from '../stack/low-floor.ts'

const alerts = '/project/alerts'

export function ruleFilesWithLowFloor(): string[] {
  const file = join(mkdtempSync('/tmp/rules-'), settingsFile)
  writeFileSync(file, withLowFloor(readFileSync(join(alerts, settingsFile), 'utf8')))
  const others = readdirSync(alerts).filter(
    (name) => name.endsWith('.rules.yaml') && name !== settingsFile && name !== remediationFile,
  )
  return [...others.map((name) => join(alerts, name)), file]
}
