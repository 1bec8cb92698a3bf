/** What an expectation leaves open: the tags `!any`, `!match` and `!partial` of a test file. */
import { type CollectionTag, isCollection, type ScalarTag, type YAMLMap, type YAMLSeq } from 'yaml'
import { nearestName } from '../../engine/source/nearest-name.ts'
import type { YamlTags } from '../../engine/source/parse-document.ts'

/** Matches any value, but not a missing one. */
export class AnyValue {
  readonly tag = '!any'
}

/** Matches a text in which the pattern is found. */
export class Match {
  readonly pattern: string

  constructor(pattern: string) {
    this.pattern = pattern
  }
}

/** Matches a map that has these keys, or a list that has these items, among others. */
export class Partially {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

export function isMatcher(value: unknown): value is AnyValue | Match | Partially {
  return value instanceof AnyValue || value instanceof Match || value instanceof Partially
}

const scalars: readonly ScalarTag[] = [
  { tag: '!any', resolve: (written, onError) => (written === '' ? new AnyValue() : onError('!any stands alone')) },
  { tag: '!match', resolve: (pattern) => new Match(pattern) },
]

/** The YAML node is kept, so that values in it can be located; only its value is wrapped. */
const partial = (collection: 'map' | 'seq'): CollectionTag => ({
  tag: '!partial',
  collection,
  resolve(node) {
    if (!isCollection(node)) return node
    const plain = (node as YAMLMap | YAMLSeq).toJSON.bind(node) // YAML has no other collections
    return Object.assign(node, { toJSON: (...how: Parameters<typeof plain>) => new Partially(plain(...how)) })
  },
})

const uses: Readonly<Record<string, string>> = {
  '!any': 'It stands alone, for any value: body: { id: !any }',
  '!match': 'A pattern follows: !match "^[0-9]+$"',
  '!partial': 'A map or a list follows: !partial { name: Fern }',
}

export const testTags: YamlTags = {
  tags: [...scalars, partial('map'), partial('seq')],
  explain(written) {
    const [tag = ''] = /^!\S*/.exec(written) ?? []
    const use = uses[tag]
    if (use !== undefined) return { message: `The tag ${tag} does not fit what it stands before.`, hint: use }
    const nearest = nearestName(tag, Object.keys(uses))
    const known = `Tests know ${Object.keys(uses).join(', ')}. A text that begins with ! stands in quotes.`
    const hint = nearest === undefined ? known : `Did you mean ${nearest}? ${known}`
    return { message: `There is no tag ${tag}.`, hint }
  },
}
