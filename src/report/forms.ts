// The forms of a report, apart from what makes them: the command line lists them without loading it.

export const reportTypes = ['html', 'md', 'csv', 'json'] as const
export type ReportType = (typeof reportTypes)[number]

/** The tables that `--table` takes. A test compares them with the report. */
export const tableNames = [
  'vms',
  'hosts',
  'trends',
  'actions',
  'payers',
  'sizes',
  'fit',
  'relief',
  'effects',
  'runs',
  'classes',
  'gaps',
  'coverage',
] as const
export type TableName = (typeof tableNames)[number]
