// Whether the client accepts a compressed response.
import type { Request } from 'express'

export function wantsGzip(request: Request): boolean {
  return request.acceptsEncodings('gzip', 'identity') === 'gzip'
}
