/** How many members each network has. */
export function countByNetwork(members: Iterable<{ readonly network: string }>): Map<string, number> {
  const counts = new Map<string, number>()
  for (const { network } of members) counts.set(network, (counts.get(network) ?? 0) + 1)
  return counts
}
