// What a person would type on a Proxmox host, from the VM's own configuration.

/** Options of a disk that virtio-blk does not have. */
const notOfVirtioBlk = /^(ssd|model|cyls|heads|secs|trans)=/

/** `text`: /etc/pve/qemu-server/<vmid>.conf; only what is before its snapshots. */
function configurationOf(text: string): ReadonlyMap<string, string> {
  const now = text.split(/^\[/m, 1)[0]!
  return new Map(
    now.split('\n').flatMap((line) => {
      const [, key, value] = /^([a-z0-9_]+): (.*)$/.exec(line) ?? []
      return key === undefined ? [] : [[key, value!.trim()] as const]
    }),
  )
}

/** As one word for a shell. */
const word = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`

/**
 * Commands that move the disk `key` (`ide0`, `sata1`) to virtio, with all its options. `configuration`: the text of the
 * VM's file, or undefined if it cannot be read; the commands then leave a gap.
 */
export function proxmoxDiskCommands(vmid: string, key: string, configuration: string | undefined): string[] {
  const all = configurationOf(configuration ?? '')
  const [volume = '<volume>', ...options] = all.get(key)?.split(',') ?? []
  const isFirstScsi = ![...all.keys()].some((name) => /^scsi\d+$/.test(name))
  const free = (bus: string): string => {
    for (let index = 0; ; index++) if (!all.has(`${bus}${index}`)) return `${bus}${index}`
  }
  const next = isFirstScsi ? free('scsi') : free('virtio')
  const kept = options.filter((option) => isFirstScsi || !notOfVirtioBlk.test(option))
  const value = [volume, 'iothread=1', ...kept.filter((option) => !option.startsWith('iothread='))].join(',')
  const order = /^order=(.*)$/.exec(all.get('boot') ?? '')?.[1]?.split(';') ?? [key]
  const boots = order.includes(key) || all.get('bootdisk') === key
  return [
    ...(configuration === undefined ? [`qm config ${vmid}`] : []),
    `qm shutdown ${vmid}`,
    `qm set ${vmid} ${isFirstScsi ? '--scsihw virtio-scsi-single ' : ''}--delete ${key}`,
    `qm set ${vmid} --${next} ${word(value)}`,
    ...(boots
      ? [
          `qm set ${vmid} --boot ${word(`order=${order.map((name) => (name === key ? next : name)).join(';')}`)}`,
        ]
      : []),
    `qm start ${vmid}`,
  ]
}

/** Commands that make the interface `key` (`net0`) virtio with its MAC address and every other option. */
export function proxmoxNicCommands(vmid: string, key: string, configuration: string | undefined): string[] {
  const value = configurationOf(configuration ?? '').get(key) ?? '<model>=<MAC>,<options>'
  return [
    ...(configuration === undefined ? [`qm config ${vmid}`] : []),
    `qm shutdown ${vmid}`,
    `qm set ${vmid} --${key} ${word(value.replace(/^[^=,]+/, 'virtio'))}`,
    `qm start ${vmid}`,
  ]
}
