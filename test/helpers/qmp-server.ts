// Answers QMP on a UNIX socket as a QEMU would: greeting, capabilities, then the answers that the test provides.
import { createServer } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { scratchDirectory } from './scratch.ts'

// The greeting of QEMU 7.2.
const greeting =
  '{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": ["oob"]}}\r\n'

const always = { 'query-status': { status: 'running', running: true } }

/** `answers` maps commands to answers; a string is sent unchanged. Returns the path of the socket. */
export async function qmpServer(
  answers: Readonly<Record<string, unknown>>,
  hello = greeting,
): Promise<string> {
  const path = join(scratchDirectory(), 'qmp.sock')
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(hello)
    let rest = ''
    socket.setEncoding('utf8').on('data', (chunk) => {
      rest += chunk
      const lines = rest.split('\n')
      rest = lines.pop()!
      for (const line of lines) {
        const { execute } = JSON.parse(line) as { execute: string }
        const answer = execute === 'qmp_capabilities' ? {} : { ...always, ...answers }[execute]
        if (typeof answer === 'string') socket.write(answer)
        else if (answer !== undefined) socket.write(`${JSON.stringify({ return: answer })}\r\n`)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  onTestFinished(() => void server.close())
  return path
}
