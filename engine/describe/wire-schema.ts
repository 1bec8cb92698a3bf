/** The schemas of wires for editors. */
import { idPattern } from '../flow/read-nodes.ts'
import type { JsonSchema } from '../json-schema/shape-of-schema.ts'
import { ref, when } from './json-schema.ts'

/** An ID or a word of the format, an inline branch, or a split, which is a list that contains IDs or lists. */
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
  branch: { allOf: [ref('wire')], not: { enum: ['break', 'stop'] } },
}

export function wireField(key: string, description: string): Readonly<Record<string, JsonSchema>> {
  return { [key]: { description, allOf: [ref('wire')] } }
}
