// What is known about single runs. Asks for a run again only if it may have changed.

/** @import { RunDocument, RunSummary } from '../../approve/documents.ts' */
import { fetchJson } from '../../../ui/browser/polling.js'
import { server } from './server.js'
import { isMoving } from './states.js'

export class RunDetails {
  /** @type {Map<number, { readonly key: string, readonly run: RunDocument }>} */
  #known = new Map()

  /**
   * The run as of now. Rejects with a message for a person.
   * @param {RunSummary} summary
   * @returns {Promise<RunDocument>}
   */
  async of(summary) {
    const key = `${summary.state} ${summary.changed} ${summary.plan_sha}`
    const known = this.#known.get(summary.id)
    if (known !== undefined && known.key === key && !isMoving(summary.state)) return known.run
    const run = await this.byId(summary.id)
    this.#known.set(summary.id, { key, run })
    return run
  }

  /**
   * @param {number} id
   * @returns {Promise<RunDocument>}
   */
  byId(id) {
    return fetchJson(`api/v1/runs/${id}`, server)
  }

  /**
   * Forgets all but these runs.
   * @param {ReadonlySet<number>} ids
   */
  keepOnly(ids) {
    for (const id of this.#known.keys()) if (!ids.has(id)) this.#known.delete(id)
  }
}
