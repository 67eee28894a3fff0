// The files of a fixture tree, as their generators yield them.

export type FixtureFiles = Iterable<readonly [path: string, content: string]>
