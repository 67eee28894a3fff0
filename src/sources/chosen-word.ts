// Files of the kernel that offer several words and mark the one that is in force: `always [madvise] never`.

/** undefined if no word is marked. */
export function chosenWord(text: string): string | undefined {
  return /\[([^\]\s]+)\]/.exec(text)?.[1]
}
