// What every request passes first where there is a web configuration file: rate limit, headers, password.
import type { RequestHandler, Response } from 'express'
import { PasswordCheck, parseBasicCredentials } from './password-check.ts'
import { RateLimit } from './rate-limit.ts'
import { refuse } from './refuse.ts'
import type { LoadedWebConfig, WebConfigFile } from './web-config-file.ts'

export function webGate(file: WebConfigFile): RequestHandler {
  const passwords = new PasswordCheck()
  let inForce: LoadedWebConfig | undefined
  let rateLimit: RateLimit | undefined

  return async (request, response, next) => {
    let config: LoadedWebConfig
    try {
      config = file.current()
    } catch {
      // Logged where it was found.
      refuse(response, 500)
      return
    }
    if (config !== inForce) {
      inForce = config
      rateLimit = config.rateLimit && new RateLimit(config.rateLimit, performance.now())
    }
    if (rateLimit !== undefined && !rateLimit.take(performance.now())) {
      refuse(response, 429)
      return
    }
    response.set(config.headers)
    if (config.users.size > 0) {
      const credentials = parseBasicCredentials(request.headers.authorization)
      const verdict =
        credentials === undefined
          ? 'wrong'
          : await passwords.judge(config.users, credentials, leavingOf(response))
      if (verdict === 'left') return
      if (verdict === 'full') {
        response.set('Retry-After', '1')
        refuse(response, 503, 'Too many passwords to check, try again later.')
        return
      }
      if (verdict === 'wrong') {
        response.set('WWW-Authenticate', 'Basic realm="metrics", charset="UTF-8"')
        refuse(response, 401)
        return
      }
    }
    next()
  }
}

/** Aborts when the client has left, or has its answer. */
function leavingOf(response: Response): AbortSignal {
  const leaving = new AbortController()
  response.once('close', () => leaving.abort())
  return leaving.signal
}
