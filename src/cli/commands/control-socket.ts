// Where the commands of this host reach the running `kvminfo remediate`.
import { join } from 'node:path'

export const controlSocket = (rundir: string): string => join(rundir, 'kvminfo/remediate.sock')
