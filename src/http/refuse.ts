// A refusal: the status and its name as plain text, nothing of the request in it.
import { STATUS_CODES } from 'node:http'
import type { Response } from 'express'

export function refuse(response: Response, status: number, reason = STATUS_CODES[status]): void {
  response.status(status).set('Cache-Control', 'no-store').type('text/plain').send(`${reason}\n`)
}
