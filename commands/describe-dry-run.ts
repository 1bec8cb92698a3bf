/** A dry run as a person reads it: the way taken, what was called, what was answered. */
import { inspect } from 'node:util'
import type { DryRunResult } from './dry-run.ts'
import { hasColor } from './output.ts'
import { alignColumns } from './routes.ts'

export function describeDryRun(result: DryRunResult): string {
  const { flow, trigger, visits, calls, reply, missing, error } = result
  const lines = [`${flow}: ${trigger}`, '']
  const rows = alignColumns(
    visits.map(({ node, type, output, ms }) => [
      `  ${node}`,
      type,
      output === null ? 'failed' : `→ ${output}`,
      `${ms.toFixed(2)} ms`,
    ]),
  )
  rows.forEach((row, visit) => {
    lines.push(row)
    for (const { call, params, outcome } of calls.filter((made) => made.visit === visit)) {
      lines.push(indent(`${call} ${show(params)}`, 6))
      lines.push(
        indent(
          `${'error' in outcome ? 'refused' : 'answered'} ${show('error' in outcome ? outcome.error : outcome.result)}`,
          6,
        ),
      )
    }
  })
  if (visits.length > 0) lines.push('')
  if (reply) lines.push(`reply ${reply.status}${reply.body === '' ? '' : ` ${show(reply.body)}`}`)
  if (missing.length > 0) lines.push(`missing: ${missing.join(', ')}`)
  if (error) lines.push(`error ${error.code}: ${error.message}`, ...(error.hint ? [`  hint: ${error.hint}`] : []))
  return lines.join('\n')
}

function show(value: unknown): string {
  return inspect(value, { depth: 8, colors: hasColor, breakLength: 100, compact: 3 })
}

function indent(text: string, spaces: number): string {
  return text.replace(/^/gm, ' '.repeat(spaces))
}
