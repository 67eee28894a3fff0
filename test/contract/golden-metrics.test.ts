// The complete response of the exporter for a small host. A change in these files is a change of the API: of names,
// labels and values that others rely on. `UPDATE_GOLDEN=1 npm run test:unit` rewrites them.
import { readFileSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { collectors } from '../../src/collectors/index.ts'
import { Scraper } from '../../src/exporter/scrape.ts'
import { ByteWriter } from '../../src/exposition/byte-writer.ts'
import { type Format, openMetrics, prometheusText } from '../../src/exposition/format.ts'
import { createHost } from '../../src/sources/host.ts'
import { type FixtureOptions, writeFixtureTree } from '../helpers/fixture-tree.ts'
import { recordedLog } from '../helpers/recorded-log.ts'
import { scratchDirectory } from '../helpers/scratch.ts'

const facts = {
  kernelRelease: '6.1.0-56-amd64',
  distribution: 'Debian GNU/Linux 12',
  cpuModel: 'AMD EPYC 7763',
  cpus: 128,
  sockets: 2,
  virtualization: 'svm',
}

async function answer(options: FixtureOptions, format: Format): Promise<string> {
  const { log, records } = recordedLog()
  const { paths } = writeFixtureTree(scratchDirectory(), options)
  const host = createHost(paths, { facts: () => facts, close: () => {} })
  try {
    const writer = new ByteWriter()
    const scraper = new Scraper({ source: host, version: 'VERSION', hasProcessMetrics: false, log })
    // The others work only with the module.
    const possible = collectors.filter(
      ({ enabledByDefault }) => options.kvminfo !== false || enabledByDefault,
    )
    await scraper.scrape(possible, format, writer)
    expect(records).toEqual([])
    return stable(writer.bytes().toString())
  } finally {
    host.close()
  }
}

/** Replaces what differs from run to run. */
function stable(text: string): string {
  return text
    .replace(/^(kvminfo_scrape_\w+_duration_seconds\S*) \S+$/gm, '$1 SECONDS')
    .replaceAll(process.version, 'NODE-VERSION')
}

test.each([
  ['modules.txt', 'both modules loaded', { vms: 2, vcpus: 2 }, prometheusText],
  ['modules.openmetrics.txt', 'the same in OpenMetrics', { vms: 2, vcpus: 2 }, openMetrics],
  [
    'no-modules.txt',
    'no module: exits from KVM’s statistics in debugfs, threads from /proc',
    { vms: 2, vcpus: 2, kvminfo: false, taskinfo: false },
    prometheusText,
  ],
] as const)('%s: %s', async (name, _description, options, format) => {
  const path = new URL(`golden/${name}`, import.meta.url)
  const text = await answer(options, format)
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, text)
  else expect(text).toBe(readFileSync(path, 'utf8'))
})
