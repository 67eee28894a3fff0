// The flags of `kvminfo report`.
import { reportTypes, tableNames } from '../report/forms.ts'
import { type Flags, type FlagValues, optional, repeatable, single } from './flag.ts'
import { duration, header, httpUrl, labelName, matcher, nonEmpty, oneOf, time } from './flag-values.ts'

const file = (name: string, description: string) =>
  optional({ name, argument: '<file>', description, parse: nonEmpty })

export const reportFlags = {
  prometheus: single({
    name: 'prometheus',
    argument: '<url>',
    default: 'http://127.0.0.1:9090',
    description:
      'The API of Prometheus, Thanos, Mimir or VictoriaMetrics: the address below which `/api/v1/query` is.',
    parse: httpUrl,
  }),
  range: single({
    name: 'range',
    argument: '<duration>',
    default: '30d',
    description: 'How long a time to report on, such as `7d` or `36h`, if `--from` is not given.',
    parse: duration,
  }),
  from: optional({
    name: 'from',
    argument: '<time>',
    description:
      'Beginning: `2026-11-01`, `2026-11-01T08:00Z`, or seconds since the Unix epoch. UTC unless it says otherwise.',
    parse: time,
  }),
  to: optional({
    name: 'to',
    argument: '<time>',
    description: 'End, in the same forms. Now, if it is not given.',
    parse: time,
  }),
  step: optional({
    name: 'step',
    argument: '<duration>',
    description: 'Time that each value covers, if not one that suits the range (an hour for 30 days).',
    parse: duration,
  }),
  given: repeatable({
    name: 'match',
    argument: '<matcher>',
    defaults: [],
    description:
      'Only series with this matcher of PromQL, such as `cluster="eu1"` or `instance=~"kvm[1-4].*"`. Repeatable.',
    parse: matcher,
  }),
  hostLabels: repeatable({
    name: 'host-label',
    argument: '<label>',
    defaults: [],
    description:
      'A label that tells hosts apart, besides `job` and `instance`, such as `cluster`. Repeatable.',
    parse: labelName,
  }),
  type: single({
    name: 'format',
    argument: '<type>',
    default: 'html',
    description: `Form of the report: ${reportTypes.join(', ')}.`,
    parse: oneOf(reportTypes),
  }),
  table: single({
    name: 'table',
    argument: '<table>',
    default: 'vms',
    description: `The table that \`--format=csv\` prints: ${tableNames.join(', ')}.`,
    parse: oneOf(tableNames),
  }),
  output: file('output', 'Write to this file, as a whole or not at all, and not to the standard output.'),
  timeout: single({
    name: 'timeout',
    argument: '<duration>',
    default: '60s',
    description: 'Deadline of each query. A query that takes longer is asked again for less time at once.',
    parse: duration,
  }),
  headers: repeatable({
    name: 'http.header',
    argument: '<header>',
    defaults: [],
    description:
      'Send this header, such as `X-Scope-OrgID: team-a`. Repeatable. Not for secrets: other users see the command line.',
    parse: header,
  }),
  basicAuthFile: file('http.basic-auth-file', 'File with one line `user:password`.'),
  bearerTokenFile: file('http.bearer-token-file', 'File with a bearer token.'),
  caFile: file(
    'tls.ca-file',
    'Certificates (PEM) of the authorities to trust, in place of those of Node.js.',
  ),
  certFile: file('tls.cert-file', 'Client certificate (PEM).'),
  keyFile: file('tls.key-file', 'Private key of the client certificate (PEM).'),
} as const satisfies Flags

export type ReportOptions = FlagValues<typeof reportFlags>
