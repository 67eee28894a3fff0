// The command `kvminfo report`.
import type { Command } from 'commander'
import { addCommand, readOptions } from './command.ts'
import { type ReportOptions, reportFlags } from './report-flags.ts'

// At most 80 columns wide, because commander does not wrap it.
const examples = `
Examples:
  The last 30 days, as a page that opens without a network and prints:
    kvminfo report --prometheus=http://prometheus:9090 --output=report.html
  A quarter of one cluster, from Mimir:
    kvminfo report --prometheus=https://mimir.example/prometheus \\
      --http.header='X-Scope-OrgID: ops' \\
      --http.basic-auth-file=/etc/mimir.auth \\
      --range=90d --match='cluster="eu1"' --output=eu1.html
  For a spreadsheet, and for a script:
    kvminfo report --format=csv --table=hosts > hosts.csv
    kvminfo report --format=json | jq '.actions[0]'

It only reads, from Prometheus alone, and needs no rights on a host. It needs
no recording rules, but follows the thresholds of alerts/settings.rules.yaml
if Prometheus has them.

Exit codes: 0 the report is written, 1 failed, 2 wrong usage.
`

export function addReport(program: Command, run: (options: ReportOptions) => Promise<void>): void {
  addCommand(program, {
    name: 'report',
    description:
      'Make a capacity report from a Prometheus: density, trends with dates, VMs of the wrong size, what emulation costs, what fits where, and what to do.',
    examples,
    flags: reportFlags,
    run: (command) => run(readOptions(reportFlags, command)),
  })
}
