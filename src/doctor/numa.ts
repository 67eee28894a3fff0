// The NUMA nodes of the host and their CPUs.
import type { HostView } from './host-view.ts'

export interface NodeCpus {
  readonly node: number
  readonly cpus: ReadonlySet<number>
}

const directory = '/sys/devices/system/node'

/** Nodes without CPUs, which have memory only, are left out. */
export function cpusOfNodes(host: HostView): NodeCpus[] {
  return host
    .names(directory)
    .flatMap((name) => {
      const node = /^node(\d+)$/.exec(name)?.[1]
      return node === undefined
        ? []
        : [{ node: Number(node), cpus: cpusIn(host.text(`${directory}/${name}/cpulist`)) }]
    })
    .filter(({ cpus }) => cpus.size > 0)
}

/** `0-3,8-11` */
function cpusIn(list: string): Set<number> {
  const cpus = new Set<number>()
  for (const range of list.split(',')) {
    const [, first, last] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range) ?? []
    if (first === undefined) continue
    for (let cpu = Number(first); cpu <= Number(last ?? first); cpu++) cpus.add(cpu)
  }
  return cpus
}
