// Whether an answer may be compressed.
import type { Request } from 'express'

export function wantsGzip(request: Request): boolean {
  return request.acceptsEncodings('gzip', 'identity') === 'gzip'
}
