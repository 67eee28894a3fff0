// The express application around the given routes: what applies to every request. It knows nothing of the product.
import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import type { Logger } from '../log/logger.ts'
import { refuse } from './refuse.ts'
import { isWellFormed, useOriginForm } from './request-check.ts'

/** Pages may load nothing from other origins and nothing inline. The web configuration file can override these headers. */
const securityHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'deny',
  'Referrer-Policy': 'no-referrer',
}

const setSecurityHeaders: RequestHandler = (_request, response, next) => {
  response.set(securityHeaders)
  next()
}

/** Allows only GET and HEAD, for routes that change nothing. */
export const onlyReads: RequestHandler = (request, response, next) => {
  if (request.method === 'GET' || request.method === 'HEAD') {
    next()
    return
  }
  response.set('Allow', 'GET, HEAD')
  refuse(response, 405)
}

const notFound: RequestHandler = (_request, response) => refuse(response, 404)

/** Replaces express's own handler, which would send the stack to the client. */
function reportError(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    // Express's own errors, such as a path that cannot be decoded, carry the status of the response.
    const status = (error as { status?: number }).status ?? 500
    if (status >= 500) log.error({ err: error, path: request.path }, 'request failed')
    if (response.headersSent) response.destroy()
    else refuse(response, status)
  }
}

/**
 * `handlers` run in the given order, after the security headers are set. Malformed requests reach none of them and not
 * even express, which parses URLs before the first handler.
 */
export function createApp(handlers: readonly RequestHandler[], log: Logger): RequestListener {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(setSecurityHeaders, ...handlers, notFound, reportError(log))
  return (request, response) => {
    if (isWellFormed(request)) {
      useOriginForm(request)
      app(request, response)
    } else {
      response.writeHead(400, {
        ...securityHeaders,
        'Cache-Control': 'no-store',
        'Content-Type': 'text/plain',
      })
      response.end('Bad Request\n')
    }
  }
}
