// What the balloon driver of a guest reports about the guest's memory.

export interface BalloonStatistics {
  /** What the balloon leaves to the guest, KiB. */
  readonly actualKib: number
  /** What the guest could use without swapping, KiB; undefined if the driver does not say it. */
  readonly usableKib: number | undefined
  /** Seconds since the Unix epoch; undefined if there are no statistics, because nobody has turned them on. */
  readonly lastUpdate: number | undefined
}

/** `text`: of `virsh dommemstat`. undefined if it lacks the size of the balloon. */
export function parseBalloonStatistics(text: string): BalloonStatistics | undefined {
  const values = new Map(
    text.split('\n').flatMap((line) => {
      const [, name, value] = /^([a-z_]+) (\d{1,15})$/.exec(line) ?? []
      return name === undefined ? [] : [[name, Number(value)] as const]
    }),
  )
  const actualKib = values.get('actual')
  const lastUpdate = values.get('last_update')
  return actualKib === undefined
    ? undefined
    : { actualKib, usableKib: values.get('usable'), lastUpdate: lastUpdate === 0 ? undefined : lastUpdate }
}
