// A frame as JSON, one document for each line. README.md is its reference for users.
import type { Frame, HostFigures, SourceInUse, VmDetail, VmFigures } from '../frame/frame.ts'
import type { Value } from '../view/column.ts'
import { orderVms } from '../view/order.ts'
import { eachRow, plainValue, type RowChoice } from './rows.ts'

/** Times are seconds, sizes bytes, rates per second, shares 0 to 1; null: not known. */
export interface TopDocument {
  readonly version: string
  readonly at: number
  /** The time that rates cover. */
  readonly seconds: number
  readonly host: HostFigures
  readonly sources: readonly SourceInUse[]
  readonly missing: Readonly<Record<string, string>>
  /** With `--view=vms`. */
  readonly vms?: readonly (VmFigures & VmDetail)[]
  /** With `--view=tasks`: by the ID of each column. */
  readonly tasks?: readonly Readonly<Record<string, Value>>[]
}

export function jsonDocument(frame: Frame, choice: RowChoice & { readonly version: string }): TopDocument {
  const { at, seconds, host, sources, missing } = frame
  const head = { version: choice.version, at, seconds: seconds!, host, sources, missing }
  if (choice.list === 'vms')
    return {
      ...head,
      vms: orderVms(frame, choice).map((vm) => ({ ...vm, ...frame.detail(vm.pid)! })),
    }
  return {
    ...head,
    tasks: eachRow(frame, choice, (columns, row) =>
      Object.fromEntries(columns.map(({ id, value }) => [id, plainValue(value(row))])),
    ),
  }
}
