// sd_notify(3) of libsystemd.

/** Sends a state such as `READY=1` to systemd. Returns a negative errno if that fails. */
export type SdNotify = (state: string) => number

/** Throws if libsystemd cannot be loaded. */
export async function loadSdNotify(): Promise<SdNotify> {
  // Imported at the first use, because nothing needs it without systemd.
  const { default: koffi } = await import('koffi')
  const call = koffi
    .load('libsystemd.so.0')
    .func('int sd_notify(int unset_environment, const char *state)') as (
    unset: number,
    state: string,
  ) => number
  return (state) => call(0, state)
}
