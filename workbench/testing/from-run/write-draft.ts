/** Writes a test as YAML, like a person would. */
import { type CollectionTag, Document, isCollection, type ScalarTag } from 'yaml'
import type { Seeds } from '../../../contracts/seeds.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { AnyValue, isMatcher, Match } from '../matchers.ts'
import type { Stub } from '../stand-in.ts'

export interface Draft {
  readonly name: string
  /** Address of the experience user who asks. */
  readonly user: string | undefined
  /** ISO date. */
  readonly clock: string
  /** Seed of all randomness. */
  readonly random: string | undefined
  readonly seed: Partial<Seeds> | undefined
  readonly stubs: Readonly<Record<string, Stub | readonly Stub[]>> | undefined
  /** The last step is the run; the others prepare it. */
  readonly steps: readonly Step[]
}

/** `request`, `trigger` or `call`, with its fields. Texts in it are templates. */
export type Step = Readonly<Record<string, unknown>>

/** The test as an item of a list, whose lines begin with `indent` spaces. */
export function writeDraft({ steps, ...test }: Draft, indent = 0): string {
  const [step = {}] = steps
  const written = { ...test, ...(steps.length === 1 ? step : { steps }) }
  const document = new Document([written], { customTags, keepUndefined: false })
  const ofStep = steps.length === 1 ? [0] : [0, 'steps', steps.length - 1]
  const visits = document.getIn([...ofStep, 'expect', 'visits'], true)
  if (isCollection(visits)) visits.flow = true
  // The library writes a space where the text of the tag would be.
  const text = document.toString({ lineWidth: 0 }).replace(/!any +$/gm, '!any')
  return text.replace(/^(?=.)/gm, ' '.repeat(indent))
}

/** The value with its texts escaped, so that as templates they give those texts. */
export function literal(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/<<<?|\{\{\{?/g, '\\$&')
  if (value instanceof Match) return new Match(String(literal(value.pattern)))
  if (Array.isArray(value)) return value.map(literal)
  if (!isMap(value) || isMatcher(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, literal(held)]))
}

const customTags: (ScalarTag | CollectionTag)[] = [
  { tag: '!any', identify: (value) => value instanceof AnyValue, resolve: () => new AnyValue(), stringify: () => '' },
  {
    tag: '!match',
    identify: (value) => value instanceof Match,
    resolve: (pattern) => new Match(pattern),
    stringify: ({ value }) => JSON.stringify(value instanceof Match ? value.pattern : value),
  },
]
