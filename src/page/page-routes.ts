// All paths of the live page. Who mounts them sees to methods, limits, passwords and security headers.
import { type RequestHandler, Router } from 'express'
import { wantsGzip } from '../http/wants-gzip.ts'
import type { Logger } from '../log/logger.ts'
import type { SnapshotSource } from '../model/host-snapshot.ts'
import { type Assets, loadAssets } from './assets.ts'
import { createLiveRoutes } from './live-routes.ts'
import { Sampler } from './sampler.ts'
import { shell } from './shell.ts'

export interface PageOptions {
  readonly source: SnapshotSource
  readonly version: string
  readonly telemetryPath: string
  readonly log: Logger
}

export function createPageRouter({ source, version, telemetryPath, log }: PageOptions): Router {
  let loaded: Assets | undefined
  const assets = () => {
    loaded ??= loadAssets()
    return loaded
  }
  return Router()
    .get('/', (_request, response) => {
      response
        .type('text/html')
        .set('Cache-Control', 'no-store')
        .send(shell({ version, telemetryPath, assetHash: assets().hash }))
    })
    .get('/page/:hash/:name', createAssetRoute(assets))
    .use(createLiveRoutes(new Sampler({ source, log }), version))
}

/** Another hash is another release's, of which there is nothing here. */
function createAssetRoute(assets: () => Assets): RequestHandler<{ hash: string; name: string }> {
  return (request, response, next) => {
    const { hash, files } = assets()
    const asset = request.params.hash === hash ? files.get(request.params.name) : undefined
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
}
