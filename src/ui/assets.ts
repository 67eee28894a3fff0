// The files that a page loads: the shared modules and style sheets, those of the page, and the chart library from its npm
// package. They are read and compressed once, when somebody first opens the page. Their paths contain a hash over all of
// them, so browsers can cache them forever.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import { type RequestHandler, Router } from 'express'
import { wantsGzip } from '../http/wants-gzip.ts'
import { icon } from './icon.ts'
import { stylesheet } from './stylesheet.ts'

interface Asset {
  readonly mediaType: string
  readonly body: Buffer
  readonly gzipped: Buffer
}

export interface Assets {
  readonly hash: string
  /** By path, such as `ui/browser/element.js`. */
  readonly files: ReadonlyMap<string, Asset>
}

export interface PageAssets {
  /** The page's folder under src/; the paths of its files begin with it. */
  readonly name: string
  /** Directory with the page's modules, which are served as `<name>/browser/<file>`. */
  readonly modules: URL
  /** Style sheets, which are served as `<name>/<key>`. */
  readonly styles: Readonly<Record<string, string>>
}

/** The paths of modules mirror src/, so that an import has the same path in the source and in the browser. */
const sharedModules = new URL('browser/', import.meta.url)
const packages = createRequire(import.meta.url)

export function loadAssets({ name, modules, styles }: PageAssets): Assets {
  const files = new Map<string, Asset>()
  const hash = createHash('sha256')
  const add = (path: string, mediaType: string, text: string) => {
    const body = Buffer.from(text)
    hash.update(`${path}\0${text}\0`)
    files.set(path, { mediaType, body, gzipped: gzipSync(body) })
  }
  const addModules = (folder: string, directory: URL) => {
    for (const file of readdirSync(directory).sort()) {
      if (file.endsWith('.js'))
        add(`${folder}/browser/${file}`, 'text/javascript', readFileSync(new URL(file, directory), 'utf8'))
    }
  }
  const fromPackage = (path: string) => readFileSync(packages.resolve(path), 'utf8')
  addModules('ui', sharedModules)
  addModules(name, modules)
  add('ui/browser/uplot.js', 'text/javascript', fromPackage('uplot/dist/uPlot.esm.js'))
  add('ui/uplot.css', 'text/css', fromPackage('uplot/dist/uPlot.min.css'))
  add('ui/ui.css', 'text/css', stylesheet)
  add('ui/icon.svg', 'image/svg+xml', icon)
  for (const [file, text] of Object.entries(styles)) add(`${name}/${file}`, 'text/css', text)
  return { hash: hash.digest('hex').slice(0, 16), files }
}

/** Serves `<mount path>/<hash>/<path>`. Ignores requests with another hash, which are for another release. */
export function createAssetRoutes(assets: () => Assets): Router {
  const handler: RequestHandler<{ hash: string; path: string[] }> = (request, response, next) => {
    const { hash, files } = assets()
    const asset = request.params.hash === hash ? files.get(request.params.path.join('/')) : undefined
    if (asset === undefined) {
      next()
      return
    }
    response.type(asset.mediaType).set({
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
    })
    if (wantsGzip(request)) response.set('Content-Encoding', 'gzip').send(asset.gzipped)
    else response.send(asset.body)
  }
  return Router().get('/:hash/*path', handler)
}
