// sd_notify(3) of libsystemd.

/** Sends a state such as `READY=1` to systemd. Returns a negative errno if systemd could not be told. */
export type SdNotify = (state: string) => number

/** Throws if libsystemd cannot be loaded. */
export async function loadSdNotify(): Promise<SdNotify> {
  // Loaded at the first use: without systemd nothing needs it.
  const { default: koffi } = await import('koffi')
  const call = koffi
    .load('libsystemd.so.0')
    .func('int sd_notify(int unset_environment, const char *state)') as (
    unset: number,
    state: string,
  ) => number
  return (state) => call(0, state)
}
