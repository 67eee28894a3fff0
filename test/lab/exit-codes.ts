// The lab's own exit codes. Every other exit code is FILE's.

export const exitCodes = {
  complaint: 120,
  panic: 121,
  silence: 122,
  setup: 123,
  timeout: 124,
  lab: 125,
} as const

export const exitCodesHelp = `
Exit codes: the exit code of FILE, or one of these, with a message that starts with "lab:"
  ${exitCodes.complaint}  FILE exited with 0, but dmesg has a kernel warning, oops, stall or similar
  ${exitCodes.panic}  the kernel panicked
  ${exitCodes.silence}  the machine ended without reporting a result
  ${exitCodes.setup}  the machine failed before it could run FILE: boot, file systems, modules
  ${exitCodes.timeout}  FILE took longer than --timeout
  ${exitCodes.lab}  the machine could not be started (no such FILE, a package is missing, the modules do not
       compile, …), or it was interrupted`
