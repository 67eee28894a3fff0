import type { RequestHandler } from 'express'
import { refuse } from '../http/refuse.ts'

/** Refuses URLs that Node and express accept but `new URL` does not, such as `GET http://a:99999999/metrics`. */
export const onlyWellFormedUrls: RequestHandler = (request, response, next) => {
  if (URL.canParse(request.originalUrl, 'http://localhost')) next()
  else refuse(response, 400)
}
