// Arbitrary text for property tests: any bytes, one character each. fast-check's own `binary` strings take seconds.
import fc from 'fast-check'

export const anyText = (maxLength = 400): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((bytes) => Buffer.from(bytes).toString('latin1'))
