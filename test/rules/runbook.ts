// Reads the runbooks and their code blocks.
import { readdirSync, readFileSync } from 'node:fs'
import { root } from './checkers.ts'

export const runbookDirectory = `${root}alerts/runbooks/`
export const runbookFiles: readonly string[] = readdirSync(runbookDirectory)

export function runbook(alert: string): string {
  return readFileSync(`${runbookDirectory}${alert}.md`, 'utf8')
}

export function codeBlocks(markdown: string, language: 'promql' | 'sh'): string[] {
  return [...markdown.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ([, text]) => text!,
  )
}
