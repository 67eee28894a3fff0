// The page of remediation: its HTML and what it loads. Its data is the API of runs.
import { Router } from 'express'
import { type Assets, createAssetRoutes, loadAssets } from '../../ui/assets.ts'
import { shell } from './shell.ts'
import { stylesheet } from './stylesheet.ts'

/** tsc copies the modules into dist/, so they are beside this file there too. */
const modules = new URL('browser/', import.meta.url)

export function createRemediationPage(version: string): Router {
  let loaded: Assets | undefined
  const assets = () => {
    loaded ??= loadAssets({ name: 'remediate/page', modules, styles: { 'page.css': stylesheet } })
    return loaded
  }
  return Router()
    .get('/', (_request, response) => {
      response
        .type('text/html')
        .set('Cache-Control', 'no-store')
        .send(shell({ version, assetHash: assets().hash }))
    })
    .use('/page', createAssetRoutes(assets))
}
