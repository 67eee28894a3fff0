/** A word as a shell takes it: VMs may have any name. */
export const quoted = (word: string): string =>
  /^[\w@%+:,./-]+$/.test(word) && !word.startsWith('-') ? word : `'${word.replaceAll("'", "'\\''")}'`
