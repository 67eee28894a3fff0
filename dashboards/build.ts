// npm run dashboards:build: writes every dashboard to out/<name>.json.
import { writeFileSync } from 'node:fs'
import { dashboards, render } from './list.ts'

for (const [name, build] of Object.entries(dashboards)) {
  writeFileSync(new URL(`out/${name}.json`, import.meta.url), render(build()))
}
