// Turns the module's counts by address into counts by device that never fall, although the module's table forgets addresses
// and an address may get a name later. The rule: each access is counted once, for the name that its address has when this
// program counts it, and stays there.
//
// - Only what the module counted since the previous sample is added. So a name that becomes known later, and a device that
//   the guest moves, begin to rise then, and no other counter falls.
// - The counts of a VM that was already running at the first sample are not shown, because an earlier run of this program
//   may have shown them under other names. The counters start at zero.
// - A module that was loaded again counts from zero, and so do these counters.
// - If the module gives the place of an address to another one, it adds the counts of the former to its `other`, and it may
//   take them back later. They are already counted here, so that is no rise.
// - Accesses to an address without a name wait until QEMU has been asked for its PCI regions once more, if it can be asked.
import type { Waits } from '../../model/exits.ts'
import { addressName } from '../addresses/device-names.ts'
import type { Accesses } from '../kvminfo/row.ts'

/** Names of a VM that get counters of their own, for as long as it runs; the most accessed ones of the first sample first. */
export const maxDevices = 48
/** Of these, the most that are only addresses: a guest can access as many addresses as it likes. */
const maxAddresses = 16

const otherName = 'other'

/** What is known about the names of a VM's addresses. */
export interface Naming {
  /** undefined if nothing but the address is known. */
  readonly nameOf: (address: number) => string | undefined
  /** When the last answer about names was asked for, `performance.now()`; undefined if none is to be expected. */
  readonly askedAtMs: number | undefined
}

/** What the module has counted of a VM. */
export interface Counted {
  readonly accesses: Accesses
  /** All exits. They fall only if the module was loaded again. */
  readonly exits: number
  /** Whether the VM started since an earlier sample, so that this program has seen all of its counts. */
  readonly isNew: boolean
}

interface Account {
  exits: number
  /** What the module had counted when it was last added to `sums`. */
  readonly counted: Map<number, Waits>
  other: Waits
  readonly sums: Map<string, Waits>
  /** A copy of `sums`, made when they have changed. Callers keep it. */
  shown: ReadonlyMap<string, Waits> | undefined
  /** How many of `sums` are only addresses. */
  addresses: number
  /** Since when each address has had no name. */
  readonly unnamedSinceMs: Map<number, number>
  isWaiting: boolean
}

interface Rise {
  readonly name: string
  readonly isAddress: boolean
  readonly waits: Waits
}

const nothing: Waits = { count: 0, ns: 0 }

export class DeviceLedger {
  readonly #accounts = new Map<string, Account>()
  readonly #now: () => number

  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Forgets all VMs but these. */
  retain(isCounted: (key: string) => boolean): void {
    for (const key of this.#accounts.keys()) if (!isCounted(key)) this.#accounts.delete(key)
  }

  /** Whether accesses wait for a name. */
  isWaiting(key: string): boolean {
    return this.#accounts.get(key)?.isWaiting === true
  }

  /** The counts to show. */
  add(key: string, { accesses, exits, isNew }: Counted, naming: Naming): ReadonlyMap<string, Waits> {
    const before = this.#accounts.get(key)
    const isReset = before !== undefined && exits < before.exits
    const account = before === undefined || isReset ? newAccount() : before
    if (account !== before) this.#accounts.set(key, account)
    if (before === undefined && !isNew) start(account, accesses, naming)
    account.exits = exits
    this.#addAddresses(account, accesses, naming)
    account.shown ??= new Map(account.sums)
    return account.shown
  }

  #addAddresses(account: Account, { byAddress, other }: Accesses, naming: Naming): void {
    const { counted, unnamedSinceMs } = account
    const rises: Rise[] = []
    account.isWaiting = false
    // What the counts of addresses fell by is in `other` now, where it is not new.
    let moved = nothing
    // forEach and not for-of, which would make an array for each of the entries of each VM.
    counted.forEach((before, address) => {
      const now = byAddress.get(address) ?? nothing
      if (now.count >= before.count) return
      moved = plus(moved, minus(before, now))
      if (now === nothing) counted.delete(address)
      else counted.set(address, now)
    })
    for (const address of unnamedSinceMs.keys()) {
      if (!byAddress.has(address)) unnamedSinceMs.delete(address)
    }
    const inOrder = account.sums.size > 0 ? byAddress : new Map(mostFirst(byAddress))
    inOrder.forEach((now, address) => {
      const before = counted.get(address)
      if (now.count === before?.count && now.ns === before.ns) return
      const name = naming.nameOf(address)
      if (name !== undefined) unnamedSinceMs.delete(address)
      else if (this.#mustWait(unnamedSinceMs, address, naming)) {
        account.isWaiting = true
        return
      }
      counted.set(address, now)
      rises.push({
        name: name ?? addressName(address),
        isAddress: name === undefined,
        waits: minus(now, before ?? nothing),
      })
    })
    const rise = minus(other, plus(account.other, moved))
    // If `other` fell, addresses took their counts back, and they are not new there.
    let returned = { count: Math.max(0, -rise.count), ns: Math.max(0, -(rise.ns ?? 0)) }
    for (const { name, isAddress, waits } of rises) {
      const part = {
        count: Math.min(returned.count, waits.count),
        ns: Math.min(returned.ns, waits.ns ?? 0),
      }
      returned = { count: returned.count - part.count, ns: returned.ns - part.ns }
      credit(account, name, isAddress, minus(waits, part))
    }
    account.other = plus(other, returned)
    if (rise.count > 0 || (rise.ns ?? 0) > 0) credit(account, otherName, false, rise)
  }

  #mustWait(unnamedSinceMs: Map<number, number>, address: number, { askedAtMs }: Naming): boolean {
    if (askedAtMs === undefined) return false
    const since = unnamedSinceMs.get(address)
    if (since === undefined) unnamedSinceMs.set(address, this.#now())
    return since === undefined || askedAtMs < since
  }
}

const newAccount = (): Account => ({
  exits: 0,
  counted: new Map(),
  other: nothing,
  sums: new Map(),
  shown: undefined,
  addresses: 0,
  unnamedSinceMs: new Map(),
  isWaiting: false,
})

/** Prometheus needs the zero to see the first rise. */
function start(account: Account, { byAddress, other }: Accesses, { nameOf }: Naming): void {
  for (const [address, counts] of mostFirst(byAddress)) {
    account.counted.set(address, counts)
    const name = nameOf(address)
    if (name !== undefined) credit(account, name, false, minus(counts, counts))
  }
  account.other = other
}

const mostFirst = (byAddress: ReadonlyMap<number, Waits>): [number, Waits][] =>
  [...byAddress].sort(([, a], [, b]) => b.count - a.count)

function credit(account: Account, name: string, isAddress: boolean, rise: Waits): void {
  const { sums } = account
  const key = sums.has(name) ? name : newKey(account, name, isAddress)
  const { count, ns } = sums.get(key) ?? nothing
  sums.set(key, {
    count: count + Math.max(0, rise.count),
    ns: ns === undefined || rise.ns === undefined ? undefined : ns + Math.max(0, rise.ns),
  })
  account.shown = undefined
}

/** Names beyond the bounds share `other`. */
function newKey(account: Account, name: string, isAddress: boolean): string {
  const isFull = account.sums.size >= maxDevices || (isAddress && account.addresses >= maxAddresses)
  if (isFull) return otherName
  if (isAddress) account.addresses++
  return name
}

const plus = (a: Waits, b: Waits): Waits => ({
  count: a.count + b.count,
  ns: a.ns === undefined || b.ns === undefined ? undefined : a.ns + b.ns,
})

const minus = (a: Waits, b: Waits): Waits => ({
  count: a.count - b.count,
  ns: a.ns === undefined || b.ns === undefined ? undefined : a.ns - b.ns,
})
