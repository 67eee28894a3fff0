// GET / and its stylesheet.
import type { RequestHandler } from 'express'
import type { Logger } from '../log/logger.ts'
import { type LandingPageContent, landingPage } from './landing-page.ts'
import type { SnapshotSource } from './shared-snapshot.ts'
import { stylesheet } from './stylesheet.ts'

export const stylesheetPath = '/landing-page.css'

export interface LandingRouteOptions {
  readonly source: SnapshotSource
  readonly version: string
  readonly telemetryPath: string
  readonly log: Logger
}

export function createLandingRoute({
  source,
  version,
  telemetryPath,
  log,
}: LandingRouteOptions): RequestHandler {
  return async (_request, response) => {
    const frame = { version, telemetryPath, stylesheetPath }
    response
      .type('text/html')
      .set('Cache-Control', 'no-store')
      .send(landingPage(await content()))

    async function content(): Promise<LandingPageContent> {
      try {
        const snapshot = await source.snapshot()
        const vms = snapshot.vms().value
        return { ...frame, vms, sources: snapshot.sources().value, failure: undefined }
      } catch (error) {
        log.error({ err: error }, 'the landing page cannot show this host')
        const failure = 'This host could not be read just now; the log says why.'
        return { ...frame, vms: undefined, sources: [], failure }
      }
    }
  }
}

export const stylesheetRoute: RequestHandler = (_request, response) => {
  response.type('text/css').set('Cache-Control', 'max-age=3600').send(stylesheet)
}
