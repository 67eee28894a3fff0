// The lab's own exit codes; any other one is FILE's.

export const exitCodes = {
  complaint: 120,
  panic: 121,
  silence: 122,
  setup: 123,
  timeout: 124,
  lab: 125,
} as const

export const exitCodesHelp = `
Exit codes: FILE's own, and these of the lab, each with a message that starts with "lab:"
  ${exitCodes.complaint}  FILE ended with 0, but the kernel wrote a warning, an oops, a stall … to dmesg
  ${exitCodes.panic}  the kernel panicked
  ${exitCodes.silence}  the machine ended without a verdict
  ${exitCodes.setup}  the machine did not get as far as FILE: boot, file systems, modules
  ${exitCodes.timeout}  FILE took longer than --timeout
  ${exitCodes.lab}  the machine could not be started: no such FILE, no package, modules do not build …`
