// Refuses a request with a status and a reason as plain text. The body never repeats any part of the request.
import type { Response } from 'express'
import { STATUS_CODES } from './node-http.ts'

export function refuse(response: Response, status: number, reason = STATUS_CODES[status]): void {
  response.status(status).set('Cache-Control', 'no-store').type('text/plain').send(`${reason}\n`)
}
