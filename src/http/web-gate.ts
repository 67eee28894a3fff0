// What every request passes first where there is a web configuration file: rate limit, headers, password.
import type { RequestHandler } from 'express'
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
      if (credentials === undefined || !(await passwords.isValid(config.users, credentials))) {
        response.set('WWW-Authenticate', 'Basic realm="metrics", charset="UTF-8"')
        refuse(response, 401)
        return
      }
    }
    next()
  }
}
