// Runs one experiment in the lab, several times: `inside.ts EXPERIMENT RUNS`. Writes /out/EXPERIMENT.json.

import { writeFileSync } from 'node:fs'
import { experiments, type Variants } from './experiments.ts'

const [name = '', count = ''] = process.argv.slice(2)
const experiment = experiments[name as keyof typeof experiments]
const runs: Variants[] = []
while (runs.length < Number(count)) {
  runs.push(await experiment())
  console.log(`${name}: run ${runs.length} of ${count} after ${process.uptime().toFixed(0)} s`)
  writeFileSync(`/out/${name}.json`, JSON.stringify(runs))
}
