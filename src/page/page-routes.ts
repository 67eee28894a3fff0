// All paths of the live page. The caller adds checks of method, limits, passwords and security headers.
import { Router } from 'express'
import type { SharedAnswers } from '../http/shared-answers.ts'
import type { Logger } from '../log/logger.ts'
import type { SnapshotSource } from '../model/host-snapshot.ts'
import { Sampler } from '../observe/sampler.ts'
import { type Assets, createAssetRoutes, loadAssets } from '../ui/assets.ts'
import { createLiveRoutes } from './live-routes.ts'
import { sampling } from './sampling.ts'
import { shell } from './shell.ts'
import { stylesheet } from './stylesheet.ts'

export interface PageOptions {
  readonly source: SnapshotSource
  readonly version: string
  readonly telemetryPath: string
  readonly answers: SharedAnswers
  readonly log: Logger
}

/** tsc copies the modules into dist/, so they are beside this file there too. */
const modules = new URL('browser/', import.meta.url)

export function createPageRouter({ source, version, telemetryPath, answers, log }: PageOptions): Router {
  let loaded: Assets | undefined
  const assets = () => {
    loaded ??= loadAssets({ name: 'page', modules, styles: { 'page.css': stylesheet } })
    return loaded
  }
  return Router()
    .get('/', (_request, response) => {
      response
        .type('text/html')
        .set('Cache-Control', 'no-store')
        .send(shell({ version, telemetryPath, assetHash: assets().hash }))
    })
    .use('/page', createAssetRoutes(assets))
    .use(createLiveRoutes(new Sampler({ ...sampling, source, log }), answers, version))
}
