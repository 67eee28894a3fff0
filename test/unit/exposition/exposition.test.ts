// Samples in both text formats.
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../src/exposition/byte-writer.ts'
import { Exposition } from '../../../src/exposition/exposition.ts'
import { type Format, openMetrics, prometheusText } from '../../../src/exposition/format.ts'
import { noLabels, renderLabels } from '../../../src/metrics/labels.ts'
import { counter, gauge, info } from '../../../src/metrics/metric.ts'

const seconds = counter('kvminfo_x_seconds_total', 'Some "seconds" \\ with\na newline.', ['vm'])
const size = gauge('kvminfo_x_bytes', 'Some bytes.')
const identity = info('kvminfo_x_info', 'An identity.', ['vm'])

function exposed(format: Format, write: (exposition: Exposition) => void): string {
  const writer = new ByteWriter()
  const exposition = new Exposition(format, writer)
  write(exposition)
  exposition.end()
  return writer.bytes().toString()
}

function writeAll(exposition: Exposition): void {
  exposition.family(seconds)
  exposition.sample(renderLabels({ vm: 'a' }), 1.5)
  exposition.sample(renderLabels({ vm: 'b' }), 2)
  exposition.family(size)
  exposition.sample(noLabels, 4096)
  exposition.family(identity)
  exposition.sample(renderLabels({ vm: 'a' }), 1)
}

describe('writes a response', () => {
  test('in the Prometheus text format', () => {
    expect(exposed(prometheusText, writeAll)).toBe(
      [
        '# HELP kvminfo_x_seconds_total Some "seconds" \\\\ with\\na newline.',
        '# TYPE kvminfo_x_seconds_total counter',
        'kvminfo_x_seconds_total{vm="a"} 1.5',
        'kvminfo_x_seconds_total{vm="b"} 2',
        '# HELP kvminfo_x_bytes Some bytes.',
        '# TYPE kvminfo_x_bytes gauge',
        'kvminfo_x_bytes 4096',
        '# HELP kvminfo_x_info An identity.',
        '# TYPE kvminfo_x_info gauge',
        'kvminfo_x_info{vm="a"} 1',
        '',
      ].join('\n'),
    )
  })

  test('in OpenMetrics', () => {
    expect(exposed(openMetrics, writeAll)).toBe(
      [
        '# TYPE kvminfo_x_seconds counter',
        '# UNIT kvminfo_x_seconds seconds',
        '# HELP kvminfo_x_seconds Some \\"seconds\\" \\\\ with\\na newline.',
        'kvminfo_x_seconds_total{vm="a"} 1.5',
        'kvminfo_x_seconds_total{vm="b"} 2',
        '# TYPE kvminfo_x_bytes gauge',
        '# UNIT kvminfo_x_bytes bytes',
        '# HELP kvminfo_x_bytes Some bytes.',
        'kvminfo_x_bytes 4096',
        '# TYPE kvminfo_x info',
        '# HELP kvminfo_x An identity.',
        'kvminfo_x_info{vm="a"} 1',
        '# EOF',
        '',
      ].join('\n'),
    )
  })
})

test('writes nothing for a family without samples', () => {
  expect(exposed(prometheusText, (exposition) => exposition.family(seconds))).toBe('')
})

test('rolling back removes everything after the mark, and the family can be started again', () => {
  const text = exposed(prometheusText, (exposition) => {
    exposition.family(size)
    exposition.sample(noLabels, 1)
    const mark = exposition.mark()
    exposition.family(seconds)
    exposition.sample(renderLabels({ vm: 'a' }), 1)
    exposition.rollBack(mark)
    exposition.family(seconds)
    exposition.sample(renderLabels({ vm: 'b' }), 2)
  })
  expect(text.split('\n').filter((line) => !line.startsWith('# HELP'))).toEqual([
    '# TYPE kvminfo_x_bytes gauge',
    'kvminfo_x_bytes 1',
    '# TYPE kvminfo_x_seconds_total counter',
    'kvminfo_x_seconds_total{vm="b"} 2',
    '',
  ])
})

test('throws if a sample comes before any family', () => {
  expect(() => exposed(prometheusText, (exposition) => exposition.sample(noLabels, 1))).toThrow(/family\(\)/)
})
