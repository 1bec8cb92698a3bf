/** The values that a field may have: those that its schema lists, and names of the application. */
import { isMap } from '../../../engine/values/is-map.ts'
import type { LanguageFile } from '../language-file.ts'
import { namesAsValues } from '../names-at.ts'
import { definitionOf } from '../schema-walk.ts'
import { valueAt } from '../yaml-place.ts'
import { placeSchemas } from './complete-keys.ts'
import type { Cursor } from './cursor.ts'
import { escapeSnippet, kinds, type Suggestion } from './items.ts'
import { choicesIn, indent, writeRequired } from './snippets.ts'

export function completeValues(file: LanguageFile, cursor: Cursor): readonly Suggestion[] {
  const { raw, path } = cursor
  const schemas = placeSchemas(file, cursor)
  const listed = schemas.flatMap((schema) =>
    choicesIn(schema).map((choice, index): Suggestion => {
      const { enumDescriptions } = schema
      const meaning: unknown = Array.isArray(enumDescriptions) ? enumDescriptions[index] : schema.description
      return {
        label: choice,
        kind: kinds.value,
        ...(typeof meaning === 'string' && { documentation: meaning }),
        ...wholeNode(file, cursor, choice),
        rank: 2,
      }
    }),
  )
  const examples = schemas
    .flatMap((schema) => (Array.isArray(schema.examples) ? schema.examples : []))
    .filter((example) => typeof example === 'string' || typeof example === 'number')
    .map((example): Suggestion => ({ label: String(example), kind: kinds.value, detail: 'example', rank: 6 }))
  const tags = file.kind === 'tests' && path.includes('expect') ? matchers : []
  return [...namesAsValues(file, raw, path, schemas), ...(listed.length > 0 ? listed : examples), ...tags]
}

const matchers: readonly Suggestion[] = [
  { label: '!any', kind: kinds.word, documentation: 'Any value, but not a missing one.', rank: 7 },
  {
    label: '!match',
    kind: kinds.word,
    text: '!match "^$1"',
    isSnippet: true,
    documentation: 'A text in which the pattern is found.',
    rank: 7,
  },
  {
    label: '!partial',
    kind: kinds.word,
    text: '!partial ',
    documentation: 'A map or a list with these parts among others.',
    rank: 7,
  },
]

/** The type of a node that has nothing yet comes with the fields that it must have. */
function wholeNode({ schema: root }: LanguageFile, { raw, path, keyIndent, isKey }: Cursor, type: string) {
  const node = valueAt(raw, path.slice(0, -1))
  const isType = !isKey && path.at(-1) === 'type' && definitionOf(root, `#/definitions/node.${type}`) !== undefined
  if (!isType || !isMap(node) || Object.keys(node).some((key) => key !== 'type' && key !== 'id')) return {}
  const lines = writeRequired(root, `node.${type}`, (key) => key === 'type')
  // The cursor stands behind "type: ", and the fields begin where "type" does.
  const by = Math.max(0, keyIndent - 'type: '.length)
  return { text: indent([escapeSnippet(type), ...lines].join('\n'), by), isSnippet: true }
}
