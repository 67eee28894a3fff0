// Bash completion, generated from the program's definitions.
import { checks } from '../../src/doctor/checks/index.ts'
import { logFormats, logLevels } from '../../src/log/logger.ts'
import { reportTypes, tableNames } from '../../src/report/forms.ts'
import type { CommandPage } from './command-line.ts'

/** How bash completes the argument of a flag. Arguments that are not here have no proposals. */
const proposals: Record<string, string> = {
  '<file>': 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$current")',
  '<directory>': 'compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$current")',
  '<check>': `mapfile -t COMPREPLY < <(compgen -W '${checks.map(({ name }) => name).join(' ')}' -- "$current")`,
  '<list>': `mapfile -t COMPREPLY < <(compgen -W 'vms tasks' -- "$current")`,
  '<level>': `mapfile -t COMPREPLY < <(compgen -W '${logLevels.join(' ')}' -- "$current")`,
  '<type>': `mapfile -t COMPREPLY < <(compgen -W '${reportTypes.join(' ')}' -- "$current")`,
  '<table>': `mapfile -t COMPREPLY < <(compgen -W '${tableNames.join(' ')}' -- "$current")`,
  '<format>': `mapfile -t COMPREPLY < <(compgen -W '${logFormats.join(' ')}' -- "$current")`,
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

/** A script for /usr/share/bash-completion/completions/kvminfo, which needs nothing of bash-completion itself. */
export function bashCompletion([program, ...commands]: readonly CommandPage[]): string {
  if (program === undefined) throw new Error('a program has at least its own page')
  const word = (page: CommandPage): string => page.name.split(' ').at(-1)!
  return `# Bash completion of ${program.name}, generated from its definitions of flags.
_${program.name}() {
	local current=\${COMP_WORDS[COMP_CWORD]} flag='' words command=\${COMP_WORDS[1]}
	# Bash splits --flag=value at the equals sign.
	if [[ $current == = ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 1]} current=''
	elif [[ \${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 2]}
	elif [[ \${COMP_WORDS[COMP_CWORD - 1]} == --* ]]; then
		flag=\${COMP_WORDS[COMP_CWORD - 1]}
	fi
	COMPREPLY=()
	case $flag in
${commands.flatMap(valueCases).join('\n')}
	esac
	if ((COMP_CWORD == 1)); then
		words='${commands.map(word).join(' ')} ${flagWords(program)}'
	else
		case $command in
${commands.map((page) => `\t\t${word(page)}) words='${flagWords(page)}' ;;`).join('\n')}
		*) return ;;
		esac
	fi
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	# The value follows a flag that ends in an equals sign.
	[[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace
}
complete -F _${program.name} ${program.name}
`
}
