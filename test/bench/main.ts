// `npm run bench [-- PART…]`: runs the parts, prints their tables, and fails if a target is missed.
import { Command } from 'commander'
import { part as exitCost } from './exit-cost/run.ts'
import { part as growth } from './growth.ts'
import { part as idle } from './idle.ts'
import { part as intake } from './intake.ts'
import { part as kvmStat } from './kvm-stat/run.ts'
import { part as memory } from './memory.ts'
import type { BenchPart, Target } from './part.ts'
import { part as peers } from './peers.ts'
import { part as proof } from './proof.ts'
import { part as report } from './report/run.ts'
import { part as scrape } from './scrape.ts'
import { formatTable, formatTarget, isMet } from './table.ts'
import { part as taskinfo } from './taskinfo/run.ts'
import { part as top } from './top.ts'

const parts: Readonly<Record<string, BenchPart>> = {
  scrape,
  memory,
  growth,
  peers,
  idle,
  intake,
  proof,
  'exit-cost': exitCost,
  taskinfo,
  top,
  'kvm-stat': kvmStat,
  report,
}

const names = Object.keys(parts)
const list = names.map((name) => `  ${name.padEnd(12)}${parts[name]!.description}`).join('\n')

const command = new Command('npm run bench --')
  .description('Measures kvminfo, prints tables, and fails if a target that we promise is missed.')
  .argument('[parts...]', 'the parts to run (default: all)')
  .addHelpText('after', `\nParts:\n${list}\n\nExample:\n  npm run bench -- scrape memory`)
  .parse()

const chosen = command.args.length === 0 ? names : command.args
const unknown = chosen.filter((name) => parts[name] === undefined)
if (unknown.length > 0)
  command.error(`there is no part ${unknown.join(', ')}; the parts are: ${names.join(', ')}`)

const targets: Target[] = []
for (const name of chosen) {
  const result = await parts[name]!.run((line) => console.error(`${name}: ${line}`))
  for (const table of result.tables) console.log(formatTable(table))
  targets.push(...result.targets)
}
if (targets.length > 0) console.log(['', '  Targets', ...targets.map(formatTarget), ''].join('\n'))
if (!targets.every(isMet)) process.exitCode = 1
