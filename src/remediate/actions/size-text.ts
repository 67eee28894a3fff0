// Amounts of memory in plans.

const mebibyte = 1024 ** 2

/** Such as `32 MiB` or `2.5 GiB`. */
export function sizeText(bytes: number): string {
  const size = bytes / mebibyte
  return size < 1024 ? `${Math.round(size)} MiB` : `${(size / 1024).toFixed(1)} GiB`
}
