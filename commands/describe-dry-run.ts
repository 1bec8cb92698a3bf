/** A dry run as a person reads it: the way taken, what was called, what was answered. */
import { inspect } from 'node:util'
import type { DryReply, DryRunError, DryRunResult } from './dry-run.ts'
import { hasColor } from './output.ts'
import type { RecordedCall, RecordedLog } from './recording.ts'
import { alignColumns } from './routes.ts'

export function describeDryRun({ flow, trigger, visits, calls, reply, missing, error }: DryRunResult): string {
  const rows = alignColumns(
    visits.map(({ node, type, output, ms, file, line }) => [
      `  ${node}`,
      type,
      output === null ? 'failed' : `→ ${output}`,
      `${ms.toFixed(2)} ms`,
      `${file}:${line}`,
    ]),
  )
  const way = rows.flatMap((row, visit) => [
    row,
    ...(visits[visit]?.logs ?? []).flatMap(describeLog),
    ...calls.filter((made) => made.visit === visit).flatMap((made) => describeCall(made)),
  ])
  return [
    `${flow}: ${trigger}`,
    '',
    ...way,
    ...(way.length > 0 ? [''] : []),
    ...(reply ? describeReply(reply) : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(error ? describeError(error) : []),
  ].join('\n')
}

function describeLog({ level, message, details }: RecordedLog): string[] {
  return [`${level}: ${message}${details === undefined ? '' : ` ${show(details)}`}`.replace(/^/gm, ' '.repeat(6))]
}

function describeCall({ call, params, outcome }: RecordedCall): string[] {
  const answer = 'error' in outcome ? `refused ${show(outcome.error)}` : `answered ${show(outcome.result)}`
  return [`${call} ${show(params)}`, answer].map((text) => text.replace(/^/gm, ' '.repeat(6)))
}

/** Those that every reply has say nothing of the flow. */
const usualHeaders = new Set([
  'cache-control',
  'connection',
  'content-length',
  'date',
  'pragma',
  'x-content-type-options',
  'x-request-id',
])

function describeReply({ status, headers, body }: DryReply): string[] {
  const own = Object.entries(headers).filter(([name]) => !usualHeaders.has(name))
  return [
    `reply ${status}`,
    ...own.map(([name, value]) => `  ${name}: ${String(value)}`),
    ...(body === '' || body === undefined ? [] : [show(body).replace(/^/gm, '  ')]),
  ]
}

function describeError({ code, message, hint, node, file, line }: DryRunError): string[] {
  // A failed run's own message names the place already.
  const place = node === undefined || message.includes(`${file}:${line}`) ? '' : ` (${node}, ${file}:${line})`
  return [`error ${code}: ${message}${place}`, ...(hint === undefined ? [] : [`  hint: ${hint}`])]
}

function show(value: unknown): string {
  return inspect(value, { depth: 8, colors: hasColor, breakLength: 100, compact: 3 })
}
