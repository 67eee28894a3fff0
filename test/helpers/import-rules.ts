// Import directions: finds every import that is not allowed, every import from outside src/, and every cycle.
import { dirname, join, normalize } from 'node:path'

/** Source text by path from the repository's root. */
export type Sources = ReadonlyMap<string, string>

export interface Rules {
  /** For each folder of src/ (or file, such as `errors.ts`): the others that it may import. */
  readonly mayImport: Readonly<Record<string, readonly string[]>>
  /**
   * For files of src/ that not every area may know that may import their area: the other areas that may. A name that ends
   * in `/` means all files of the folder; a file's own entry counts before that of its folder.
   */
  readonly mayBeImportedBy: Readonly<Record<string, readonly string[]>>
  /** For each package: the only files that may import it. */
  readonly onlyIn: Readonly<Record<string, readonly string[]>>
}

interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
}

const importPattern =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm

function importsOf(file: string, text: string): Import[] {
  return [...text.matchAll(importPattern)].map((match) => {
    const end = match.index + match[0].length
    return {
      file,
      line: text.slice(0, end).split('\n').length,
      specifier: (match[1] ?? match[2] ?? match[3])!,
    }
  })
}

const isRelative = (specifier: string): boolean => specifier.startsWith('.')
const targetOf = ({ file, specifier }: Import): string => normalize(join(dirname(file), specifier))
/** `src/http/app.ts` belongs to `http`; `src/errors.ts` is an area of its own. */
const areaOf = (path: string): string => path.split('/')[1]!

function edgeProblem(edge: Import, { mayImport, mayBeImportedBy, onlyIn }: Rules): string | undefined {
  if (!isRelative(edge.specifier)) {
    // A package's name, also if only a part of it is imported: `koffi/lib/x.js`, `@scope/name/x.js`.
    const name = /^(?:@[^/]+\/)?[^/]+/.exec(edge.specifier.replace(/^node:/, ''))![0]
    const allowed = onlyIn[name]
    return allowed === undefined || allowed.includes(edge.file)
      ? undefined
      : `${name} may be imported only in ${allowed.join(', ') || 'no file'}`
  }
  const target = targetOf(edge)
  if (!target.startsWith('src/')) return `src/ imports ${target}, which is outside of it`
  const [from, to] = [areaOf(edge.file), areaOf(target)]
  const allowed = mayImport[from]
  if (allowed === undefined) return `${from} has no rule: say in this test what it may import`
  if (from === to) return undefined
  if (!allowed.includes(to)) return `${from} may not import ${to}`
  const importers = mayBeImportedBy[target] ?? mayBeImportedBy[`src/${to}/`]
  return importers === undefined || importers.includes(from)
    ? undefined
    : `${target} may not be imported by ${from}`
}

/** The first cycle that a depth-first search finds, as the imports that form it. */
function findCycle(edges: ReadonlyMap<string, readonly Import[]>): Import[] | undefined {
  const done = new Set<string>()
  const path: Import[] = []
  const visit = (file: string): Import[] | undefined => {
    if (done.has(file)) return undefined
    for (const edge of edges.get(file) ?? []) {
      path.push(edge)
      const target = targetOf(edge)
      const start = path.findIndex((earlier) => earlier.file === target)
      const cycle = start !== -1 ? path.slice(start) : visit(target)
      if (cycle !== undefined) return cycle
      path.pop()
    }
    done.add(file)
    return undefined
  }
  for (const file of edges.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

/** One line for each violation, with file and line. Empty if there is no violation. */
export function importProblems(sources: Sources, rules: Rules): string[] {
  const edges = new Map([...sources].map(([file, text]) => [file, importsOf(file, text)]))
  const problems = [...edges.values()].flat().flatMap((edge) => {
    const problem = edgeProblem(edge, rules)
    return problem === undefined ? [] : [`${edge.file}:${edge.line}: ${problem}`]
  })
  const relative = new Map(
    [...edges].map(([file, all]) => [file, all.filter((edge) => isRelative(edge.specifier))]),
  )
  const cycle = findCycle(relative)
  if (cycle !== undefined) {
    problems.push(`cycle: ${cycle.map(({ file, line }) => `${file}:${line}`).join(' -> ')}`)
  }
  return problems
}
