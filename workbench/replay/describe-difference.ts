/** Describes a difference between a recorded and a replayed run for people. */

import type { Difference } from '../../server/recorder/compare-runs.ts'
import type { Json } from '../../server/recorder/encoding.ts'

const mostCharacters = 500

export function describeDifference({ step, node, what, recorded, replayed }: Difference): string {
  const where = step === undefined ? 'At its end the run differs' : `Step ${step}, ${node}, differs`
  return [`${where}: ${what}.`, `  recorded: ${show(recorded)}`, `  replayed: ${show(replayed)}`].join('\n')
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters)}… (${text.length} characters)`
}
