// The first handler of every request if there is a web configuration file: rate limit, headers, password.
import type { RequestHandler, Response } from 'express'
import { clientNetwork } from './client-network.ts'
import { PasswordCheck, parseBasicCredentials } from './password-check.ts'
import { RateLimit } from './rate-limit.ts'
import { refuse } from './refuse.ts'
import type { LoadedWebConfig, WebConfigFile } from './web-config-file.ts'

export function webGate(file: WebConfigFile): RequestHandler {
  const passwords = new PasswordCheck()
  let applied: LoadedWebConfig | undefined
  let rateLimit: RateLimit | undefined

  return async (request, response, next) => {
    let config: LoadedWebConfig
    try {
      config = file.current()
    } catch {
      // WebConfigFile has logged the error.
      refuse(response, 500, 'The web configuration file of this server is broken; its log says why.')
      return
    }
    if (config !== applied) {
      applied = config
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
          : await passwords.judge(
              config.users,
              credentials,
              clientNetwork(request.socket.remoteAddress),
              abortedWhenClosed(response),
            )
      if (verdict === 'left') return
      if (verdict === 'full') {
        response.set('Retry-After', '1')
        refuse(response, 503, 'Too many passwords are waiting to be checked, try again later.')
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

/** A signal that aborts when the client disconnects or has received its response. */
function abortedWhenClosed(response: Response): AbortSignal {
  const controller = new AbortController()
  response.once('close', () => controller.abort())
  return controller.signal
}
