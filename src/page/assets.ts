// What the page loads: its own modules and style, and the chart library out of its package. Read and compressed once,
// when somebody first opens the page. Their path holds a hash of them all, so a browser may keep them for good.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { icon } from './icon.ts'
import { stylesheet } from './stylesheet.ts'

interface Asset {
  readonly mediaType: string
  readonly body: Buffer
  readonly gzipped: Buffer
}

export interface Assets {
  readonly hash: string
  /** By file name. */
  readonly files: ReadonlyMap<string, Asset>
}

/** tsc copies these into dist/, so the page is the same from source and from the package. */
const modules = new URL('browser/', import.meta.url)
const packages = createRequire(import.meta.url)

export function loadAssets(): Assets {
  const files = new Map<string, Asset>()
  const hash = createHash('sha256')
  const add = (name: string, mediaType: string, text: string) => {
    const body = Buffer.from(text)
    hash.update(`${name}\0${text}\0`)
    files.set(name, { mediaType, body, gzipped: gzipSync(body) })
  }
  for (const name of readdirSync(modules).sort()) {
    if (name.endsWith('.js')) add(name, 'text/javascript', readFileSync(new URL(name, modules), 'utf8'))
  }
  add('uplot.js', 'text/javascript', readFileSync(packages.resolve('uplot/dist/uPlot.esm.js'), 'utf8'))
  add('uplot.css', 'text/css', readFileSync(packages.resolve('uplot/dist/uPlot.min.css'), 'utf8'))
  add('page.css', 'text/css', stylesheet)
  add('icon.svg', 'image/svg+xml', icon)
  return { hash: hash.digest('hex').slice(0, 16), files }
}
