// Starts Prometheus or Alertmanager on a port that the system chooses.
import { eventually, RunningProcess } from '../helpers/kvminfo-process.ts'

export interface ListeningProcess {
  readonly url: string
  stop(): Promise<unknown>
}

export async function startListening(command: readonly [string, ...string[]]): Promise<ListeningProcess> {
  const program = new RunningProcess([...command, '--web.listen-address=127.0.0.1:0'])
  try {
    const [line] = await program.logged('msg="Listening on"')
    const url = `http://${/address=(\S+)/.exec(line!)![1]}`
    await eventually(`${command[0]} is ready`, async () =>
      (await fetch(`${url}/-/ready`)).ok ? true : undefined,
    )
    return { url, stop: () => program.stop() }
  } catch (error) {
    await program.stop()
    throw error
  }
}
