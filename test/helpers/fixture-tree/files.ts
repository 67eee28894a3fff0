// Files of a fixture tree, as what makes them hands them on.

export type FixtureFiles = Iterable<readonly [path: string, content: string]>
