/** What an editor is to know of wires. */

import { idPattern } from '../flow/read-nodes.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { ref, when } from './json-schema.ts'

/** An ID or a word of the format; a branch in place; or a split, which is a list with IDs or lists in it. */
export const wireDefinitions: Readonly<Record<string, JsonSchema>> = {
  wire: {
    type: ['string', 'array'],
    pattern: idPattern.source,
    ...when(
      { type: 'array', contains: { type: ['string', 'array'] } },
      { items: ref('branch') },
      { items: ref('node') },
    ),
  },
  branch: { allOf: [ref('wire')], not: { const: 'break' } },
}

export function wireField(key: string, description: string): Readonly<Record<string, JsonSchema>> {
  return { [key]: { description, allOf: [ref('wire')] } }
}
