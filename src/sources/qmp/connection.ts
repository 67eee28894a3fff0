// One conversation with a QEMU over its QMP socket: connect, ask, disconnect. It does not stay connected, because QEMU
// serves one client at a time and makes the next one wait.
import { closeSync, fstatSync, openSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { KvminfoError } from '../../errors.ts'

/** The answers have about 450 bytes per vCPU, and a VM has at most 4,096 vCPUs. */
const maxAnswerBytes = 4 * 1024 * 1024

/** The values in one answer: about 20 per vCPU. A value costs some 60 bytes of memory, whatever its length. */
const maxValues = 200_000

/** O_PATH, which Node does not define. It gives a descriptor of a socket file, which cannot be opened otherwise. */
const openPath = 0o10000000

export type Ask = (command: string, args?: object) => Promise<unknown>

/** The socket that a QEMU names on its command line. */
export interface QmpSocket {
  readonly path: string
  /** The user that runs this QEMU. */
  readonly uid: number
}

/**
 * Runs `talk` on a socket. Throws SOURCE_FAILED if it takes longer than `deadlineMs`, and if another user than QEMU's
 * owns the socket, even root: any process can name any path, and this program may have more privileges than the process.
 */
export async function withQmp<T>(
  { path, uid }: QmpSocket,
  deadlineMs: number,
  talk: (ask: Ask) => Promise<T>,
): Promise<T> {
  let fd: number | undefined
  let socket: Socket | undefined
  try {
    fd = openSync(path, openPath)
    requireOwner(fd, uid, path)
    // Connect through the descriptor, because the path may lead to another file by now.
    socket = createConnection({ path: `/proc/self/fd/${fd}`, signal: AbortSignal.timeout(deadlineMs) })
    const answers = lines(socket)
    const ask: Ask = async (command, args) => {
      socket!.write(`${JSON.stringify({ execute: command, arguments: args })}\n`)
      for (;;) {
        const answer = await next(answers)
        // Skip events, which can arrive at any time.
        if ('return' in answer) return answer.return
        if ('error' in answer) throw new Error(`${command}: ${JSON.stringify(answer.error)}`)
      }
    }
    const greeting = await next(answers)
    if (!('QMP' in greeting)) throw new Error('the server does not speak QMP')
    await ask('qmp_capabilities')
    return await talk(ask)
  } catch (cause) {
    throw qmpError(cause, path, deadlineMs)
  } finally {
    socket?.destroy()
    if (fd !== undefined) closeSync(fd)
  }
}

function requireOwner(fd: number, uid: number, path: string): void {
  const owner = fstatSync(fd).uid
  if (owner === uid) return
  throw new KvminfoError(
    'SOURCE_FAILED',
    `not connecting to the QMP socket ${path}: it belongs to user ${owner}, but its QEMU runs as user ${uid}; make ` +
      `user ${uid} the owner of the socket`,
  )
}

type Message = { readonly return?: unknown; readonly error?: unknown; readonly QMP?: unknown }

async function* lines(socket: Socket): AsyncGenerator<string, void> {
  let rest = ''
  for await (const chunk of socket.setEncoding('utf8')) {
    rest += chunk
    if (socket.bytesRead > maxAnswerBytes)
      throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`)
    if (!chunk.includes('\n')) continue
    const whole = rest.split('\n')
    rest = whole.pop()!
    yield* whole
  }
}

async function next(answers: AsyncGenerator<string, void>): Promise<Message> {
  const line = await answers.next()
  if (line.done === true) throw new Error('QEMU closed the connection')
  requireFewValues(line.value)
  const message: unknown = JSON.parse(line.value)
  if (typeof message !== 'object' || message === null) throw new Error('the answer is not a JSON object')
  return message
}

/** Before the answer is parsed, because parsing is what costs the memory. */
function requireFewValues(line: string): void {
  let values = 0
  for (let at = 0; at < line.length; at++) {
    const code = line.charCodeAt(at)
    if (code === comma || code === bracket || code === brace) values++
  }
  if (values > maxValues) throw new Error(`the answer has more than ${maxValues} values`)
}

const [comma, bracket, brace] = [0x2c, 0x5b, 0x7b]

function qmpError(cause: unknown, path: string, deadlineMs: number): KvminfoError {
  if (cause instanceof KvminfoError) return cause
  const code = (cause as NodeJS.ErrnoException).code
  if (code === 'EACCES' || code === 'EPERM') {
    return new KvminfoError(
      'SOURCE_DENIED',
      `cannot connect to the QMP socket ${path}: permission denied (${code}); run this program as the user that runs QEMU`,
      { cause },
    )
  }
  if (code === 'ENOENT' || code === 'ECONNREFUSED') {
    return new KvminfoError('SOURCE_ABSENT', `nothing listens on the QMP socket ${path}`, { cause })
  }
  const reason =
    code === 'ABORT_ERR'
      ? `no answer within ${deadlineMs} ms; another client may be connected`
      : String(cause)
  return new KvminfoError('SOURCE_FAILED', `the QMP socket ${path}: ${reason}`, { cause })
}
