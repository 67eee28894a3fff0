// Styles of text, and the escape sequences that switch them on (SGR of ECMA-48).

export type Style = 'bold' | 'dim' | 'selected' | 'title' | 'good' | 'warning' | 'bad' | 'accent'

export type Styles = Readonly<Record<Style, string>>

export const resetStyle = '\x1b[0m'

/** Without colours, what matters is still bold or inverse. */
const plain: Styles = {
  bold: '\x1b[1m',
  dim: '',
  selected: '\x1b[7m',
  title: '\x1b[7m',
  good: '',
  warning: '',
  bad: '\x1b[1m',
  accent: '',
}

const coloured: Styles = {
  ...plain,
  dim: '\x1b[90m',
  title: '\x1b[30;46m',
  good: '\x1b[32m',
  warning: '\x1b[33m',
  bad: '\x1b[1;31m',
  accent: '\x1b[36m',
}

export const stylesFor = (hasColours: boolean): Styles => (hasColours ? coloured : plain)
