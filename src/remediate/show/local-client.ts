// Asks the running `kvminfo remediate` of this host over its local socket.
import { KvminfoError } from '../../errors.ts'
import { request } from '../../http/node-http.ts'

/** An undo waits for the actuator, once for each thread. */
const usualDeadlineMs = 60_000

/** The parsed JSON of the answer. Throws REMEDIATE_UNREACHABLE or REMEDIATE_REFUSED with the server's own words. */
export function askRemediate(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
  deadlineMs = usualDeadlineMs,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body)
    const call = request(
      {
        socketPath,
        method,
        path,
        timeout: deadlineMs,
        headers:
          text === undefined
            ? {}
            : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8')
          if (response.statusCode === 200) resolve(JSON.parse(answer))
          else reject(new KvminfoError('REMEDIATE_REFUSED', answer.trim().slice(0, 500)))
        })
      },
    )
    call.on('timeout', () =>
      call.destroy(
        new KvminfoError(
          'REMEDIATE_UNREACHABLE',
          `kvminfo remediate has not answered within ${deadlineMs / 1000} s, and may still do what it was asked for. Perhaps it waits for a VM or for libvirt: look at kvminfo remediate list`,
        ),
      ),
    )
    call.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause instanceof KvminfoError) return reject(cause)
      const advice =
        cause.code === 'EACCES'
          ? 'only root may (EACCES); run this command as root'
          : `is it running (${cause.code})? Start it with: systemctl start kvminfo-remediate`
      const message = `cannot reach kvminfo remediate at ${socketPath}; ${advice}`
      reject(new KvminfoError('REMEDIATE_UNREACHABLE', message, { cause }))
    })
    call.end(text)
  })
}
