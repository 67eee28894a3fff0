// What keeps changes back: limits and how far they are used up, the policy's state, and the kill switch.

/** @import { RunList } from '../../approve/documents.ts' */
import { byId, element, setText } from '../../../ui/browser/element.js'
import { count, counted, duration } from '../../../ui/browser/format.js'
import { Tile } from '../../../ui/browser/tile.js'
import { plainText } from './plain-text.js'

/** @param {number} value @param {number} limit */
const share = (value, limit) => (limit > 0 ? Math.min(1, value / limit) : 1)

export class GuardStrip {
  #waiting = new Tile('Waiting for a decision', 'Proposals that a person must approve or decline.')
  #trying = new Tile('Being tried', 'Runs that change the host now; limits.at_once of the policy.')
  #holding = new Tile('Holding', 'Proven changes that are kept under a lease.')
  #hour = new Tile(
    'Changes in the last hour',
    'On the whole host; limits.changes_per_hour of the policy. At the limit, runs wait.',
  )
  #alerts = new Tile(
    'Alerts',
    'In limits.storm_period; above limits.storm_alerts nothing is planned until it is calm.',
  )
  #policy = new Tile('Policy', 'What the policy file says of all actions.')
  #switch = new Tile('Kill switch', 'Lets nothing begin, and undoes what is being tried or holds.')
  #button = element('button', { type: 'button', class: 'danger' })
  #quarantines = element('details', { id: 'quarantines' })
  #shownQuarantines = ''
  #isStopped = false

  /** @param {(isStopped: boolean) => void} onSwitch */
  constructor(onSwitch) {
    this.#button.addEventListener('click', () => onSwitch(this.#isStopped))
    this.#switch.element.append(this.#button)
    const tiles = [
      this.#waiting,
      this.#trying,
      this.#holding,
      this.#hour,
      this.#alerts,
      this.#policy,
      this.#switch,
    ]
    byId('guards').append(...tiles.map((tile) => tile.element))
    byId('guards').after(this.#quarantines)
  }

  /** @param {RunList} list */
  show({ guards, stopped, open, ended }) {
    const { limits } = guards
    const number = (/** @type {string} */ state) => open.filter((run) => run.state === state).length
    const pending = number('proposed')
    this.#waiting.element.classList.toggle('asks', pending > 0)
    const queued = number('received') + number('approved')
    this.#waiting.show(count(pending), queued === 0 ? '' : `${counted(queued, 'run')} in the queue`)
    this.#trying.show(`${guards.changing} of ${limits.at_once}`, 'at once')
    this.#holding.show(count(number('holding')), '')
    this.#hour.show(
      `${guards.changes_in_hour} of ${limits.changes_per_hour}`,
      `each VM: ${limits.attempts_per_day} a day, ${duration(limits.cooldown_seconds)} apart`,
      { share: share(guards.changes_in_hour, limits.changes_per_hour) },
    )
    this.#alerts.show(
      `${guards.alerts_in_storm_period} of ${limits.storm_alerts}`,
      `in ${duration(limits.storm_period_seconds)}`,
      { share: share(guards.alerts_in_storm_period, limits.storm_alerts) },
    )
    this.#showPolicy(guards)
    this.#isStopped = stopped
    this.#switch.element.classList.toggle('is-set', stopped)
    this.#switch.show(stopped ? 'set' : 'off', '')
    setText(this.#button, stopped ? 'Release…' : 'Stop everything…')
    byId('stopped').hidden = !stopped
    setText(
      byId('stopped'),
      'The kill switch is set: nothing new begins, and what was being tried or held is undone.',
    )
    this.#showQuarantines(guards, [...open, ...ended])
  }

  /** @param {RunList['guards']} guards */
  #showPolicy({ policy_valid, journal_writable, mode, windows, in_window, has_approvers }) {
    const isGood = policy_valid && journal_writable
    this.#policy.element.classList.toggle('is-set', !isGood)
    const when =
      windows.length === 0 ? 'at any time' : `${in_window ? 'now' : 'not now'}: ${windows.join('; ')}`
    const good = `${mode === null ? 'each action has its own mode' : 'for actions without a mode of their own'}; without approval ${when}`
    const why = policy_valid
      ? 'The journal cannot be written: nothing new begins.'
      : 'The policy file is broken: nothing new begins until it is fixed. The log says why.'
    this.#policy.show(
      isGood ? (mode ?? 'in force') : 'broken',
      isGood ? `${good}${has_approvers ? '' : '; no token for decisions on this page'}` : why,
    )
  }

  /**
   * @param {RunList['guards']} guards
   * @param {readonly RunList['open'][number][]} runs
   */
  #showQuarantines({ quarantines }, runs) {
    this.#quarantines.hidden = quarantines.length === 0
    const rows = quarantines.map(({ slot, seconds_left, reason }) => {
      const [uuid, action = '', device = ''] = slot.split('|')
      const name = runs.find((run) => run.uuid === uuid)?.vm ?? uuid ?? ''
      const target = [name, device].filter(Boolean).map(plainText).join(', device ')
      const rest = seconds_left === null ? 'until a person ends it' : `for another ${duration(seconds_left)}`
      return `${action} on ${target}: not tried again ${rest}. Reason: ${plainText(reason)}`
    })
    const key = rows.join('\n')
    if (key === this.#shownQuarantines) return
    this.#shownQuarantines = key
    this.#quarantines.replaceChildren(
      element('summary', {}, `Quarantine: ${counted(rows.length, 'change')} that made things worse`),
      element('ul', {}, ...rows.map((row) => element('li', {}, row))),
    )
  }
}
