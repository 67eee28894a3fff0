/** For plans, such as `1.5`. */
export const gibibytes = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1)
