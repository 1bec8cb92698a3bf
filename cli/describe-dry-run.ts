/** Describes a dry run for people: the nodes that were visited, their calls, and the reply. */
import { inspect } from 'node:util'
import { alignColumns } from '../workbench/align-columns.ts'
import type { DryReply } from '../workbench/dry-run/ask.ts'
import { describeUnsent } from '../workbench/dry-run/dry-effects.ts'
import type { DryRunError, DryRunResult } from '../workbench/dry-run/dry-run.ts'
import type { ShownCall, ShownLog } from '../workbench/dry-run/record-run.ts'
import { hasColor } from './output.ts'

export type DescribedRun = Omit<DryRunResult, 'ok' | 'payload'>

export function describeDryRun({
  flow,
  trigger,
  visits,
  calls,
  reply,
  returned,
  missing,
  error,
}: DescribedRun): string {
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
    ...(returned
      ? [`returns by ${returned.output}${returned.value === undefined ? '' : ` ${show(returned.value)}`}`]
      : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(error ? describeError(error) : []),
  ].join('\n')
}

function describeLog({ level, message, details }: ShownLog): string[] {
  return [`${level}: ${message}${details === undefined ? '' : ` ${show(details)}`}`.replace(/^/gm, ' '.repeat(6))]
}

function describeCall(made: ShownCall): string[] {
  return [`${made.call} ${show(made.params)}`, describeOutcome(made)].map((text) => text.replace(/^/gm, ' '.repeat(6)))
}

function describeOutcome({ call, outcome, sent }: ShownCall): string {
  if ('error' in outcome) return `${sent === undefined ? 'refused' : 'failed'} ${show(outcome.error)}`
  if (sent === false) return describeUnsent(call)
  return sent && outcome.result === null ? 'sent' : `answered ${show(outcome.result)}`
}

/** Headers that every reply has, which are not shown. */
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

export function show(value: unknown): string {
  return inspect(value, { depth: 8, colors: hasColor, breakLength: 100, compact: 3 })
}
