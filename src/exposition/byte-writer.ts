// A growing buffer that is written from front to back and can be truncated. Made for responses in which nearly all bytes
// are sample lines with the same names and labels as in the last scrape.

const blank = 0x20
const newline = 0x0a
const zero = 0x30
const decimalPoint = 0x2e
/** A 31-bit integer needs no doubles and has at most ten digits. Larger numbers are written by way of their string. */
const smallIntegerLimit = 2 ** 31 - 1
/** The longest number is one such as `-1.2345678901234567e-308`. */
const maxNumberLength = 24

export class ByteWriter {
  #buffer: Buffer
  #length = 0

  constructor(initialBytes = 64 * 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(initialBytes)
  }

  get length(): number {
    return this.#length
  }

  /** The memory that it holds, in bytes. */
  get capacity(): number {
    return this.#buffer.length
  }

  /** Drops everything after `length`, a value that `length` had earlier. */
  truncate(length: number): void {
    this.#length = length
  }

  /** The bytes written so far. Valid until the next write. */
  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  writeText(text: string): void {
    this.#reserve(Buffer.byteLength(text))
    this.#length += this.#buffer.write(text, this.#length)
  }

  /** Writes one sample line. The value has the form that both text formats require: plain integers, `NaN`, `+Inf`, `-Inf`. */
  writeSample(name: Uint8Array, labels: Uint8Array, value: number): void {
    this.#reserve(name.length + labels.length + maxNumberLength + 2)
    const buffer = this.#buffer
    let at = this.#length
    buffer.set(name, at)
    at += name.length
    buffer.set(labels, at)
    at += labels.length
    buffer[at++] = blank
    this.#length = putNumber(buffer, at, value)
    buffer[this.#length++] = newline
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes
    if (needed <= this.#buffer.length) return
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(grown, 0, 0, this.#length)
    this.#buffer = grown
  }
}

// Each of the put functions returns the position after what it wrote.

function putNumber(buffer: Buffer, start: number, value: number): number {
  if (value >= 0 && value <= smallIntegerLimit) {
    if (Number.isInteger(value)) return putInteger(buffer, start, value)
    // Most fractions are seconds made of whole nanoseconds, whose digits are cheaper to find than those of any double.
    // The division checks that this is one: then its nine decimals read back as exactly the same double.
    const billionths = Math.round(value * 1e9)
    if (billionths <= Number.MAX_SAFE_INTEGER && billionths / 1e9 === value) {
      return putBillionths(buffer, start, billionths)
    }
  }
  return putAscii(buffer, start, numberText(value))
}

function putBillionths(buffer: Buffer, start: number, billionths: number): number {
  const whole = Math.floor(billionths / 1e9)
  const point = putInteger(buffer, start, whole)
  buffer[point] = decimalPoint
  let rest = billionths - whole * 1e9
  let end = point + 1
  for (let at = point + 9; at > point; at--) {
    const quotient = Math.floor(rest / 10)
    const digit = rest - quotient * 10
    if (digit !== 0 && end === point + 1) end = at + 1
    buffer[at] = zero + digit
    rest = quotient
  }
  return end
}

function putInteger(buffer: Buffer, start: number, value: number): number {
  let end = start + 1
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) end++
  let rest = value
  for (let at = end - 1; at >= start; at--) {
    const quotient = Math.floor(rest / 10)
    buffer[at] = zero + rest - quotient * 10
    rest = quotient
  }
  return end
}

function putAscii(buffer: Buffer, start: number, text: string): number {
  for (let index = 0; index < text.length; index++) buffer[start + index] = text.charCodeAt(index)
  return start + text.length
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf'
  if (value === Number.NEGATIVE_INFINITY) return '-Inf'
  return String(value)
}
