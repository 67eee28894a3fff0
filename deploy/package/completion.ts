// Bash completion, generated from the program's definitions.
import { policies } from '../../src/cli/tune-flags.ts'
import { checks } from '../../src/doctor/checks/index.ts'
import { logFormats, logLevels } from '../../src/log/logger.ts'
import { actionNames, threadSets } from '../../src/model/remediation.ts'
import { tierNames } from '../../src/policy/tiers.ts'
import { reportTypes, tableNames } from '../../src/report/forms.ts'
import { taskColumns } from '../../src/top/view/task-columns.ts'
import { vmColumns } from '../../src/top/view/vm-columns.ts'
import type { CommandPage } from './command-line.ts'

const oneOf = (names: readonly string[]): string =>
  `mapfile -t COMPREPLY < <(compgen -W '${names.join(' ')}' -- "$current")`

/** How bash completes the argument of a flag. Arguments that are not here have no proposals. */
const proposals: Record<string, string> = {
  '<file>': 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current")',
  '<directory>': 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current")',
  '<check>': oneOf(checks.map(({ name }) => name)),
  '<level>': oneOf(logLevels),
  '<format>': oneOf(logFormats),
  '<policy>': oneOf(policies),
  '<threads>': oneOf(threadSets),
  '<list>': oneOf(['vms', 'tasks']),
  '<column>': oneOf([...new Set([...vmColumns, ...taskColumns].map(({ id }) => id))]),
  '<type>': oneOf(reportTypes),
  '<table>': oneOf(tableNames),
}

/** One branch of a `case` for each kind of argument. */
function valueCases({ flags }: CommandPage): string[] {
  const kinds = [...new Set(flags.flatMap(({ argument }) => argument ?? []))]
  return kinds.map((kind) => {
    const names = flags.filter(({ argument }) => argument === kind).map(({ name }) => name)
    return `\t${names.join(' | ')})\n\t\t${proposals[kind] ?? ':'}\n\t\treturn\n\t\t;;`
  })
}

const flagWords = (page: CommandPage): string =>
  page.flags.map(({ name, argument }) => (argument === undefined ? name : `${name}=`)).join(' ')

/** What an argument with such a name may be. */
const namedWords: Readonly<Record<string, readonly string[]>> = {
  tier: tierNames,
  action: actionNames,
  'run|vm': [],
}

/** The words that an argument of the command may be, such as `on`, `off` and `pace`. */
const fixedWords = ({ usage }: CommandPage): string[] =>
  [...usage.matchAll(/<([^>]*)>/g)].flatMap(
    ([, name = '']) => namedWords[name] ?? (name.includes('|') ? name.split('|') : []),
  )

const lastWord = (page: CommandPage): string => page.name.split(' ').at(-1)!

/** The words after a command: its flags and the commands below it, and after one of those, its flags. */
function wordsAfter(page: CommandPage): string {
  const own = [...page.below.map(lastWord), flagWords(page)].join(' ')
  if (page.below.length === 0) return `\t\t${lastWord(page)}) words='${own}' ;;`
  const cases = page.below.map(
    (below) => `\t\t\t${lastWord(below)}) words='${[...fixedWords(below), flagWords(below)].join(' ')}' ;;`,
  )
  return `\t\t${lastWord(page)})
\t\t\twords='${own}'
\t\t\t((COMP_CWORD == 2)) || case \${COMP_WORDS[2]} in
${cases.join('\n')}
\t\t\tesac
\t\t\t;;`
}

/** A script for /usr/share/bash-completion/completions/kvminfo, which needs nothing of bash-completion itself. */
export function bashCompletion([program, ...commands]: readonly CommandPage[]): string {
  if (program === undefined) throw new Error('a program has at least its own page')
  return `# Bash completion of ${program.name}, generated from its definitions of flags.
_${program.name}() {
	local current=\${COMP_WORDS[COMP_CWORD]} flag='' words command=\${COMP_WORDS[1]} before=''
	# Bash splits --flag=value at the equals sign.
	if [[ $current == = ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 1]} current=''
	elif [[ \${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ \${COMP_WORDS[COMP_CWORD - 1]} == --* ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 1]}
	fi
	# Bash also splits words such as paper:2 at the colon.
	if [[ $current == : ]]; then
		before=\${COMP_WORDS[COMP_CWORD - 1]}: current=''
	elif [[ \${COMP_WORDS[COMP_CWORD - 1]} == : ]]; then
		before=\${COMP_WORDS[COMP_CWORD - 2]}:
	fi
	COMPREPLY=()
	case $flag in
${commands.flatMap((page) => [page, ...page.below].flatMap(valueCases)).join('\n')}
	esac
	if ((COMP_CWORD == 1)); then
		words='${commands.map(lastWord).join(' ')} ${flagWords(program)}'
	else
		case $command in
${commands.map(wordsAfter).join('\n')}
		*) return ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$before$current")
	COMPREPLY=("\${COMPREPLY[@]#"$before"}")
	# The value follows a flag that ends in an equals sign.
	[[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace
}
complete -F _${program.name} ${program.name}
`
}
