// Makes src/top/screenshot.png: `kvminfo top` in a real terminal (tmux), watching the invented host of the other pictures,
// drawn by Chromium. Run it with `npx node test/screenshots/top.ts`.
import { fileURLToPath } from 'node:url'
import { type Html, html } from '../../src/ui/html.ts'
import { kvminfoCommand } from '../helpers/kvminfo-process.ts'
import { startBrowser } from '../helpers/page-browser.ts'
import { TerminalSession } from '../helpers/terminal-session.ts'
import { startInventedHost } from './invented-host.ts'

const picture = fileURLToPath(new URL('../../src/top/screenshot.png', import.meta.url))
const size = { columns: 142, rows: 22 }
const seconds = 40

/** The colours of xterm, by the last digit of SGR 30 to 37 and 90. */
const colours = ['#000', '#f66', '#7c7', '#dd6', '#88f', '#d8d', '#6cc', '#ddd']
const grey = '#999'

/** Text with the escape sequences for colours (SGR) as HTML. */
function coloured(text: string): Html {
  let style = { bold: false, inverse: false, colour: '#ddd', background: '#111' }
  const plain = style
  // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
  const pieces = [...text.matchAll(/\x1b\[([\d;]*)m([^\x1b]*)/g)].map(([, codes, part]) => {
    for (const code of (codes || '0').split(';').map(Number)) {
      if (code === 0) style = plain
      else if (code === 39) style = { ...style, colour: plain.colour }
      else if (code === 49) style = { ...style, background: plain.background }
      else if (code === 1) style = { ...style, bold: true }
      else if (code === 7) style = { ...style, inverse: true }
      else if (code >= 30 && code <= 37) style = { ...style, colour: colours[code - 30]! }
      else if (code >= 40 && code <= 47) style = { ...style, background: colours[code - 40]! }
      else if (code === 90) style = { ...style, colour: grey }
    }
    const [front, back] = style.inverse ? [style.background, style.colour] : [style.colour, style.background]
    const weight = style.bold ? 'font-weight:bold;' : ''
    return html`<span style="${weight}color:${front};background:${back}">${part!}</span>`
  })
  return html`${pieces}`
}

const host = startInventedHost()
const session = new TerminalSession(kvminfoCommand('top', ...host.flags, '--sort=ratio'), size)
const browser = await startBrowser()
try {
  await session.shows('Samples')
  // The order by ratio from the worst.
  session.keys('r')
  console.log(`waiting ${seconds} seconds`)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  const page = await browser.newPage({ viewport: { width: 1280, height: 200 }, deviceScaleFactor: 1.5 })
  const screen = coloured(`\x1b[0m${session.colouredScreen.trimEnd()}`)
  await page.setContent(
    `<body style="margin:0;background:#111"><pre style="margin:0;padding:10px;display:inline-block;font:14px/1.25 'DejaVu Sans Mono',monospace">${screen}</pre></body>`,
  )
  await page.locator('pre').screenshot({ path: picture })
  console.log(picture)
} finally {
  await browser.close()
  session.close()
  host.end()
}
