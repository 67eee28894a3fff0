// Every error this program raises on purpose: one class, one stable code each. A used code is never reused.

/** What each code means to an operator; the README's table of errors is made from this one. */
export const errorCodes = {
  CONFIG_INVALID:
    'A flag or the configuration is wrong: at its start the program exits before it listens; where the web configuration file becomes wrong later, nobody is let in until it is right.',
  DEVICES_LEFT_OUT:
    'A VM has more than 256 disks, or as many network interfaces; those behind the first 256 are not shown.',
  LISTEN_FAILED: 'The listen address cannot be bound.',
  SOURCE_ABSENT: 'An interface is not there on this host (module not loaded, file system not mounted).',
  SOURCE_DENIED: 'An interface is there but this user may not read it.',
  SOURCE_FAILED: 'An interface answered with an I/O error or not within its deadline.',
  SOURCE_MALFORMED:
    'An interface answered with text that does not have its documented form, or with a torn part of it.',
  SOURCE_VERSION:
    'A kernel module writes a format version that this program does not read: install modules and exporter of one release.',
  VM_VANISHED: 'A VM ended while it was being read; its series end with it.',
} as const

export type ErrorCode = keyof typeof errorCodes

/** `message` says what failed, on which input, and what to do; `cause` keeps the original. */
export class KvminfoError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'KvminfoError'
    this.code = code
  }
}
