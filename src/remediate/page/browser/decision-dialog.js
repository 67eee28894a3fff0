// Asks for confirmation and, at the first decision, for the approver's token. The token is kept in this object only, and is
// sent in a header that no other site can make a browser send.

import { byId, setText } from '../../../ui/browser/element.js'
import { server } from './server.js'

/** An undo waits for the actuator, once for each thread. */
const timeoutMs = 70_000

/**
 * @typedef {object} Question
 * @property {string} title such as `Approve run 3?`
 * @property {string} text what it means
 * @property {string} confirm text of the button
 * @property {string} path of the request
 * @property {object} body
 * @property {boolean} isPossible whether the policy names a token with which this page can decide
 * @property {string} command that does the same on the host
 * @property {(outcome: { readonly isDone: boolean, readonly reason: string }) => void} onAnswer `reason`: why not, a full
 *   sentence for a person
 */

export class DecisionDialog {
  #dialog = /** @type {HTMLDialogElement} */ (byId('decision'))
  #input = /** @type {HTMLInputElement} */ (byId('token'))
  #confirm = /** @type {HTMLButtonElement} */ (byId('decision-confirm'))
  #field = byId('token-field')
  #error = byId('decision-error')
  #token = ''
  /** @type {Question | undefined} */
  #question
  #isSending = false

  constructor() {
    const form = /** @type {HTMLFormElement} */ (this.#dialog.querySelector('form'))
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
    // A key that is held down must not answer the question that it has opened.
    form.addEventListener('keydown', (event) => {
      if (event.repeat && event.key === 'Enter') event.preventDefault()
    })
    byId('decision-cancel').addEventListener('click', () => this.#dialog.close())
    this.#dialog.addEventListener('close', () => {
      this.#input.value = ''
    })
  }

  /** @param {Question} question */
  ask(question) {
    if (this.#isSending || this.#dialog.open) return
    this.#question = question
    setText(byId('decision-title'), question.title)
    setText(byId('decision-text'), question.text)
    setText(this.#confirm, question.confirm)
    const { isPossible, command } = question
    this.#complain(
      isPossible
        ? ''
        : `The policy names no token of approvers (credentials.approver), so nobody can decide on this page. Run on the host: ${command}`,
    )
    this.#confirm.hidden = !isPossible
    this.#field.hidden = !isPossible || this.#token !== ''
    this.#dialog.showModal()
    if (!this.#field.hidden) this.#input.focus()
    else if (isPossible) this.#confirm.focus()
    else byId('decision-cancel').focus()
  }

  /** @param {string} problem */
  #complain(problem) {
    setText(this.#error, problem)
    this.#error.hidden = problem === ''
  }

  async #send() {
    const question = this.#question
    if (question === undefined || this.#isSending || !question.isPossible) return
    if (!this.#field.hidden) {
      const given = this.#input.value.trim()
      if (!/^[\x21-\x7e]+$/.test(given)) {
        this.#complain(
          given === '' ? 'Enter the token.' : 'A token has only printable characters and no blanks.',
        )
        this.#input.focus()
        return
      }
      this.#token = given
    }
    this.#isSending = true
    this.#confirm.disabled = true
    try {
      await this.#request(question)
    } finally {
      this.#isSending = false
      this.#confirm.disabled = false
    }
  }

  /** @param {Question} question */
  async #request({ path, body, command, onAnswer }) {
    /** @type {Response} */
    let response
    /** @type {string} */
    let text
    try {
      response = await fetch(path, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${this.#token}` },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMs),
      })
      text = (await response.text()).trim()
    } catch {
      this.#complain(`The ${server} does not answer. Try again, or run on the host: ${command}`)
      return
    }
    if (response.status === 401) {
      this.#token = ''
      const isPassword = response.headers.get('WWW-Authenticate')?.startsWith('Basic') === true
      this.#complain(
        isPassword
          ? `The web configuration file wants a password in the place of the token, so this page cannot decide. Run on the host: ${command}`
          : 'This token was not accepted. Enter the token of an approver.',
      )
      this.#field.hidden = false
      this.#input.value = ''
      this.#input.focus()
      return
    }
    this.#dialog.close()
    onAnswer({ isDone: response.ok, reason: response.ok ? '' : reasonOf(response, text) })
  }
}

/**
 * @param {Response} response
 * @param {string} text its body: a sentence, or JSON with one in `state`
 */
function reasonOf(response, text) {
  try {
    const { state } = JSON.parse(text)
    if (typeof state === 'string') return `${state[0]?.toUpperCase()}${state.slice(1)}.`
  } catch {
    // Plain text.
  }
  return text === '' || text.length > 500
    ? `The ${server} answers with status ${response.status} ${response.statusText}.`
    : text
}
