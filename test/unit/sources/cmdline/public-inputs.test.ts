// Command lines of real installations. Each case in the fixture names its source and how the right values were verified.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isEmulatedDisk, isEmulatedNicModel } from '../../../../src/model/emulated.ts'
import type { Disk, Nic } from '../../../../src/model/vm.ts'
import { parse } from '../../../helpers/command-line.ts'

interface Case {
  readonly id: string
  readonly kind: string
  readonly argv: readonly string[]
  readonly expect: {
    readonly isVm?: boolean
    readonly name?: string
    readonly uuid?: string
    readonly machine?: string
    readonly memoryBytes?: number
    readonly qmpSocket?: string | null
    readonly disks?: readonly Partial<Disk>[]
    readonly nics?: readonly Partial<Nic>[]
    readonly disksEmulated?: Readonly<Record<string, boolean>>
    readonly nicsEmulated?: Readonly<Record<string, boolean>>
  }
}

const cases = JSON.parse(
  readFileSync(new URL('../../../fixtures/public-inputs/cmdline/cases.json', import.meta.url), 'utf8'),
) as readonly Case[]

describe.each(cases)('$id ($kind)', ({ argv, expect: right }) => {
  const { isVm = true, disksEmulated = {}, nicsEmulated = {}, qmpSocket, ...rest } = right
  const read = parse(...argv)

  it(isVm ? 'is a VM' : 'is no VM', () => {
    expect(read !== undefined).toBe(isVm)
  })
  if (!isVm) return

  it('has the right values', () => {
    expect(read).toMatchObject(rest)
    if (qmpSocket !== undefined) expect(read?.qmpSocket ?? null).toBe(qmpSocket)
    for (const [name, emulated] of Object.entries(disksEmulated)) {
      const disk = read!.disks.find(({ device }) => device === name)!
      expect(isEmulatedDisk(disk)).toBe(emulated)
    }
    for (const [name, emulated] of Object.entries(nicsEmulated))
      expect(isEmulatedNicModel(read!.nics.find(({ device }) => device === name)!.model)).toBe(emulated)
  })
})
