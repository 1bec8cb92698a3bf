import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseYaml } from '../../engine/source/yaml-document.ts'
import { nodeTypes } from '../../nodes/index.ts'
import { loadSources } from '../../server/compose/load-folder.ts'

const odd: readonly unknown[] = [
  '',
  'data..x',
  '<< data.a >>',
  '<< a',
  'a b',
  '__proto__',
  -1,
  Number.POSITIVE_INFINITY,
  true,
  null,
  [],
  {},
  [null],
  { a: [] },
]

type Place = readonly (string | number)[]

/** Every place in a node, from its fields down. */
function placesIn(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [at]
  const below = Object.entries(value).flatMap(([key, field]) => placesIn(field, [...at, key]))
  return at.length === 0 ? below : [at, ...below]
}

function replaced(value: unknown, [key, ...rest]: Place, by: unknown): unknown {
  if (key === undefined) return by
  const copy = structuredClone(value)
  if (typeof copy !== 'object' || copy === null) return by
  return Object.assign(copy, { [key]: replaced(Reflect.get(copy, key), rest, by) })
}

describe('a node whose configuration is wrong anywhere', () => {
  it.each(nodeTypes)('is a problem within the file, and never a crash: $type', ({ examples }) => {
    for (const { yaml } of examples) {
      const node = parseYaml({ file: 'node.yaml', text: yaml }).value
      for (const place of placesIn(node)) {
        for (const value of odd) {
          const nodes = [replaced(node, place, value), { type: 'reply' }]
          const text = stringify({ name: 'F', on: { endpoint: 'GET /a' }, nodes })
          const { problems } = loadSources([{ file: 'f.yaml', text }])
          const lines = text.split('\n').length
          expect(problems.filter(({ line, column }) => line < 1 || line > lines || column < 1)).toEqual([])
        }
      }
    }
  })
})
