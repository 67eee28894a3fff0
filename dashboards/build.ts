// npm run dashboards:build: writes out/<name>.json of every dashboard.
import { writeFileSync } from 'node:fs'
import { dashboards, render } from './list.ts'

for (const [name, build] of Object.entries(dashboards)) {
  writeFileSync(new URL(`out/${name}.json`, import.meta.url), render(build()))
}
