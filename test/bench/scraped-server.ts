// A server to be measured, running as a process of its own.
import { readFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { performance } from 'node:perf_hooks'
import { eventually, RunningProcess } from '../helpers/kvminfo-process.ts'

/** One tick of the times in /proc/<pid>/stat: 1/USER_HZ s. USER_HZ is 100 on every Linux that KVM runs on. */
const msPerTick = 10

export interface Scraped {
  readonly body: string
  readonly bytes: number
  readonly ms: number
}

export class ScrapedServer {
  readonly #process: RunningProcess
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })

  private constructor(process: RunningProcess, url: string) {
    this.#process = process
    this.#url = url
  }

  /** `url` finds the address in what the process has printed so far; undefined if it is not there yet. */
  static async start(
    command: readonly [string, ...string[]],
    url: (process: RunningProcess) => string | undefined,
  ): Promise<ScrapedServer> {
    const process = new RunningProcess(command)
    try {
      const found = await eventually(`${command[0]} prints its address`, () => {
        if (!process.isRunning) throw new Error(`${command.join(' ')} ended:\n${process.stderr}`)
        return url(process)
      })
      const server = new ScrapedServer(process, found)
      await eventually(`${command[0]} answers`, () => server.scrape().catch(() => undefined), 60_000)
      return server
    } catch (error) {
      await process.stop()
      throw error
    }
  }

  scrape(): Promise<Scraped> {
    return new Promise((resolve, reject) => {
      const startedAt = performance.now()
      const chunks: Buffer[] = []
      get(this.#url, { agent: this.#agent }, (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const ms = performance.now() - startedAt
          const body = Buffer.concat(chunks)
          if (response.statusCode !== 200)
            reject(new Error(`${this.#url} answered ${response.statusCode}: ${body}`))
          else resolve({ body: body.toString('latin1'), bytes: body.length, ms })
        })
      }).on('error', reject)
    })
  }

  /** The CPU time that the server has used since its start, in user and system mode. */
  cpuMs(): number {
    const stat = readFileSync(`/proc/${this.#process.child.pid}/stat`, 'latin1')
    // After the name, which ends at the last parenthesis, comes the third field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[14 - 3]) + Number(fields[15 - 3])) * msPerTick
  }

  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.child.pid}/status`, 'latin1')
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024
  }

  async stop(): Promise<void> {
    this.#agent.destroy()
    await this.#process.stop()
  }
}
