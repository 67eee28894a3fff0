// A scrape: isolated collectors, success, problems, self metrics.
import { expect, test } from 'vitest'
import type { Collector } from '../../../src/collectors/collector.ts'
import { KvminfoError } from '../../../src/errors.ts'
import { Scraper } from '../../../src/exporter/scrape.ts'
import { ByteWriter } from '../../../src/exposition/byte-writer.ts'
import { openMetrics, prometheusText } from '../../../src/exposition/format.ts'
import { noLabels } from '../../../src/metrics/labels.ts'
import { gauge } from '../../../src/metrics/metric.ts'
import type { HostSnapshot, Problem } from '../../../src/model/host-snapshot.ts'
import { hostSnapshot, part } from '../../helpers/host-snapshot.ts'
import { recordedLog } from '../../helpers/recorded-log.ts'

function collector(name: string, collect: (snapshot: HostSnapshot) => void): Collector {
  const metric = gauge(`kvminfo_host_${name}`, 'For this test.')
  return {
    name,
    description: name,
    enabledByDefault: true,
    metrics: [metric],
    collect(snapshot, sink) {
      sink.family(metric)
      sink.sample(noLabels, 1)
      collect(snapshot)
      sink.sample(noLabels, 2)
    },
  }
}

function scraperOf(snapshot: HostSnapshot, hasProcessMetrics = false) {
  const { log, records } = recordedLog()
  const scraper = new Scraper({
    source: { snapshot: async () => snapshot },
    version: '1.2.3',
    hasProcessMetrics,
    log,
  })
  const scrape = async (collectors: readonly Collector[], format = prometheusText) => {
    const writer = new ByteWriter()
    await scraper.scrape(collectors, format, writer)
    return writer.bytes().toString()
  }
  return { scrape, records }
}

function sampleOf(text: string, series: string): string | undefined {
  return text
    .split('\n')
    .find((line) => line.startsWith(`${series} `))
    ?.slice(series.length + 1)
}

test('drops everything that a failing collector wrote, and nothing of the others', async () => {
  const { scrape, records } = scraperOf(hostSnapshot())
  const text = await scrape([
    collector('first', () => {}),
    collector('broken', () => {
      throw new KvminfoError('SOURCE_MALFORMED', '/proc/x has no title')
    }),
    collector('last', () => {}),
  ])
  expect(text).toContain('kvminfo_host_first 2')
  expect(text).not.toContain('kvminfo_host_broken')
  expect(text).toContain('kvminfo_host_last 2')
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="first"}')).toBe('1')
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="broken"}')).toBe('0')
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="last"}')).toBe('1')
  expect(records).toMatchObject([{ level: 'warn', collector: 'broken', err: '/proc/x has no title' }])
})

test('times each collector separately', async () => {
  const { scrape } = scraperOf(hostSnapshot())
  const until = (end: number) => {
    while (performance.now() < end);
  }
  const text = await scrape([
    collector('slow', () => until(performance.now() + 30)),
    collector('fast', () => {}),
  ])
  expect(
    Number(sampleOf(text, 'kvminfo_scrape_collector_duration_seconds{collector="slow"}')),
  ).toBeGreaterThan(0.029)
  expect(Number(sampleOf(text, 'kvminfo_scrape_collector_duration_seconds{collector="fast"}'))).toBeLessThan(
    0.029,
  )
})

test('a problem of one VM makes the collectors that read that part unsuccessful, but keeps their series', async () => {
  const problems: Problem[] = [{ subject: 'vm a', error: new KvminfoError('SOURCE_DENIED', 'may not read') }]
  const { scrape, records } = scraperOf(hostSnapshot({ vmMemory: () => part(new Map(), problems) }))
  const collectors = [
    collector('reader', (snapshot) => snapshot.vmMemory()),
    collector('other', (s) => s.vms()),
  ]
  const text = await scrape(collectors)
  expect(text).toContain('kvminfo_host_reader 2')
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="reader"}')).toBe('0')
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="other"}')).toBe('1')
  const counted = 'kvminfo_exporter_vm_problems_total{collector="reader",code="SOURCE_DENIED"}'
  expect(sampleOf(text, counted)).toBe('1')
  expect(sampleOf(await scrape(collectors), counted)).toBe('2')
  expect(records).toMatchObject([{ level: 'warn', subject: 'vm a' }])
})

test('counts the problems of a part once if a collector reads it twice', async () => {
  const problems: Problem[] = [{ subject: 'vm a', error: new KvminfoError('SOURCE_FAILED', 'too late') }]
  const { scrape } = scraperOf(hostSnapshot({ vms: () => part([], problems) }))
  const twice = collector('twice', (snapshot) => {
    snapshot.vms()
    snapshot.vms()
  })
  const text = await scrape([twice])
  expect(sampleOf(text, 'kvminfo_exporter_vm_problems_total{collector="twice",code="SOURCE_FAILED"}')).toBe(
    '1',
  )
})

test('counts a VM that ended, but not as a failure', async () => {
  const problems: Problem[] = [{ subject: 'vm a', error: new KvminfoError('VM_VANISHED', 'ended') }]
  const { scrape, records } = scraperOf(hostSnapshot({ vms: () => part([], problems) }))
  const text = await scrape([collector('reader', (snapshot) => snapshot.vms())])
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="reader"}')).toBe('1')
  expect(sampleOf(text, 'kvminfo_exporter_vm_problems_total{collector="reader",code="VM_VANISHED"}')).toBe(
    '1',
  )
  expect(records).toMatchObject([{ level: 'debug' }])
})

test('exports its version and the version of Node', async () => {
  const { scrape } = scraperOf(hostSnapshot())
  const text = await scrape([])
  expect(
    sampleOf(text, `kvminfo_exporter_build_info{version="1.2.3",nodeversion="${process.version}"}`),
  ).toBe('1')
})

test('process metrics are correct in both formats, and can be left out', async () => {
  const { scrape } = scraperOf(hostSnapshot(), true)
  for (const round of [1, 2]) {
    const om = await scrape([], openMetrics)
    expect(om, `round ${round}`).toContain(
      '# TYPE process_cpu_seconds counter\n# UNIT process_cpu_seconds seconds\n',
    )
    expect(om).toMatch(/^process_cpu_seconds_total [\d.]+$/m)
    expect(om).toMatch(/# EOF\n$/)
    const text = await scrape([])
    expect(text, `round ${round}`).toContain('# TYPE process_cpu_seconds_total counter\n')
    expect(text).toMatch(/^process_cpu_seconds_total [\d.]+$/m)
    expect(text).toMatch(/^process_resident_memory_bytes \d{8,}$/m)
    expect(text).not.toContain('nodejs_')
    expect(text).not.toContain('# EOF')
  }
  expect(await scraperOf(hostSnapshot()).scrape([])).not.toContain('process_')
})

test('is up if the VMs can be listed, even if one fails; otherwise it is down and still exports the host', async () => {
  const problems: Problem[] = [{ subject: 'vm a', error: new KvminfoError('SOURCE_FAILED', 'too late') }]
  const partial = scraperOf(hostSnapshot({ vms: () => part([], problems) }))
  expect(sampleOf(await partial.scrape([]), 'kvminfo_up')).toBe('1')
  const vms = () => {
    throw new KvminfoError('SOURCE_ABSENT', 'cannot read /proc')
  }
  const down = scraperOf(hostSnapshot({ vms }))
  const text = await down.scrape([
    collector('reader', (snapshot) => snapshot.vms()),
    collector('memory', (snapshot) => snapshot.memory()),
  ])
  expect(sampleOf(text, 'kvminfo_up')).toBe('0')
  expect(sampleOf(text, 'kvminfo_host_memory')).toBe('1')
  await down.scrape([])
  expect(down.records).toMatchObject([
    { level: 'debug', collector: 'reader', err: 'cannot read /proc' },
    { level: 'error', err: 'cannot read /proc' },
  ])
})

test('rejects if no snapshot can be taken', async () => {
  const { log } = recordedLog()
  const source = { snapshot: () => Promise.reject(new KvminfoError('SOURCE_ABSENT', 'no /proc here')) }
  const scraper = new Scraper({ source, version: '1', hasProcessMetrics: false, log })
  await expect(scraper.scrape([], prometheusText, new ByteWriter())).rejects.toThrow('no /proc here')
})

test('a feature that the kernel does not have is not supported, which is no failure', async () => {
  const { scrape, records } = scraperOf(hostSnapshot())
  const text = await scrape([
    collector('absent', () => {
      throw new KvminfoError('NOT_SUPPORTED', 'no KSM')
    }),
    collector('unreadable', () => {
      throw new KvminfoError('SOURCE_DENIED', 'may not read')
    }),
    collector('works', () => {}),
  ])
  const of = (collector: string) =>
    ['success', 'supported'].map((what) =>
      sampleOf(text, `kvminfo_scrape_collector_${what}{collector="${collector}"}`),
    )
  expect(of('absent')).toEqual(['1', '0'])
  expect(of('unreadable')).toEqual(['0', '1'])
  expect(of('works')).toEqual(['1', '1'])
  expect(records).toMatchObject([{ level: 'debug' }, { level: 'warn' }])
})

test('a problem of a process that nothing confirms to be a VM is counted, and is no failure', async () => {
  const error = new KvminfoError('DEVICES_LEFT_OUT', 'too many')
  const problems: Problem[] = [{ subject: 'fake', error, isUnconfirmed: true }]
  const { scrape, records } = scraperOf(hostSnapshot({ vmDevices: () => part([], problems) }))
  const text = await scrape([collector('reader', (snapshot) => snapshot.vmDevices())])
  expect(sampleOf(text, 'kvminfo_scrape_collector_success{collector="reader"}')).toBe('1')
  const counted = 'kvminfo_exporter_vm_problems_total{collector="reader",code="DEVICES_LEFT_OUT"}'
  expect(sampleOf(text, counted)).toBe('1')
  expect(records).toMatchObject([{ level: 'debug', subject: 'fake' }])
})
