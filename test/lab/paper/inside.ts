// Runs one experiment in the lab: `inside.ts EXPERIMENT`. Writes /out/EXPERIMENT.json.

import { writeFileSync } from 'node:fs'
import { experiments } from './experiments.ts'

const [name = ''] = process.argv.slice(2)
const result = await experiments[name as keyof typeof experiments]()
console.log(`${name}: done after ${process.uptime().toFixed(0)} s of the machine's clock`)
writeFileSync(`/out/${name}.json`, JSON.stringify(result))
