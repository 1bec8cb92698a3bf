/** Finds changes of schemas that break clients: requests that are no longer accepted, and replies that promise less. */
import { isDeepStrictEqual } from 'node:util'
import { isMap } from '../../../engine/values/is-map.ts'
import { entriesOf, nothing, type Part, resolve } from './references.ts'
import { narrowedLimits } from './schema-limits.ts'

export interface SchemaSide {
  readonly document: Part
  readonly schema: unknown
}

/** `place` names the value: `body.deviceName`. */
export type ReportBreak = (place: string, message: string) => void

interface Comparison {
  readonly before: Part
  readonly after: Part
  readonly report: ReportBreak
  /** Compares schemas of inner values. */
  next(before: unknown, after: unknown, place: string): void
  /** Whether a comparison of these would report nothing. */
  isSound(before: unknown, after: unknown): boolean
}

type Compare = (a: Part, b: Part, place: string, comparison: Comparison) => void

/** Compares schemas of what clients send. */
export function requestBreaks(before: SchemaSide, after: SchemaSide, place: string, report: ReportBreak): void {
  start(compareRequest, before, after, place, report)
}

/** Compares schemas of what clients receive. Values may change, but keys and types may not. */
export function replyBreaks(before: SchemaSide, after: SchemaSide, place: string, report: ReportBreak): void {
  start(compareReply, before, after, place, report)
}

function start(compare: Compare, before: SchemaSide, after: SchemaSide, place: string, report: ReportBreak): void {
  const verdicts = new Map<Part, Map<Part, boolean>>()
  const comparisonWith = (report: ReportBreak): Comparison => {
    // Schemas may refer to themselves, so each pair is compared once.
    const seen = new Map<Part, Set<Part>>()
    const comparison: Comparison = {
      before: before.document,
      after: after.document,
      report,
      next(one, other, place) {
        const [a, b] = [resolve(before.document, one), resolve(after.document, other)]
        const known = seen.get(a) ?? new Set()
        if (known.has(b)) return
        seen.set(a, known.add(b))
        compare(a, b, place, comparison)
      },
      isSound(one, other) {
        const [a, b] = [resolve(before.document, one), resolve(after.document, other)]
        const known = verdicts.get(a) ?? new Map<Part, boolean>()
        verdicts.set(a, known)
        const verdict = known.get(b)
        if (verdict !== undefined) return verdict
        known.set(b, true)
        let isSound = true
        comparisonWith(() => {
          isSound = false
        }).next(a, b, '')
        known.set(b, isSound)
        return isSound
      },
    }
    return comparison
  }
  comparisonWith(report).next(before.schema, after.schema, place)
}

/** Keywords for which we do not decide whether they ask for more than before. Any change of them is reported. */
const opaque = ['allOf', 'not', 'if', 'then', 'else', 'patternProperties', 'propertyNames', 'contains', 'prefixItems']

function compareRequest(a: Part, b: Part, place: string, { report, next, isSound }: Comparison): void {
  if (hasWays(a) || hasWays(b)) {
    const isTaken = waysOf(a).every((way) => waysOf(b).some((other) => isSound(way, other)))
    if (!isTaken) report(place, 'is no longer taken in every way that it was')
    return
  }
  const lost = typesBeyond(typesOf(a), typesOf(b))
  if (lost.length > 0) {
    const isNew = typesOf(a).size === allTypes.length
    report(place, isNew ? `must be ${[...typesOf(b)].join(' or ')} now` : `can no longer be ${lost.join(' or ')}`)
  }
  for (const message of narrowedLimits(a, b)) report(place, message)
  for (const key of opaque) {
    if (b[key] !== undefined && !isDeepStrictEqual(a[key], b[key])) report(place, `has another \`${key}\``)
  }
  const required = namesIn(a.required)
  for (const name of namesIn(b.required)) if (!required.has(name)) report(`${place}.${name}`, 'is required now')

  const [before, after] = [new Map(entriesOf(a.properties)), new Map(entriesOf(b.properties))]
  for (const [name, below] of before) {
    const other = after.get(name)
    if (other !== undefined) next(below, other, `${place}.${name}`)
    else if (b.additionalProperties === false) report(`${place}.${name}`, 'is no longer taken')
  }
  // Without named keys, clients could send any. If some are named, clients are assumed to send no others.
  if (before.size === 0 && a.additionalProperties !== false) {
    for (const [name, below] of after) next(nothing, below, `${place}.${name}`)
    if (b.additionalProperties === false && lost.length === 0)
      report(place, 'takes no key but those that are named now')
  }
  if (isMap(b.items)) next(a.items ?? nothing, b.items, `${place}[]`)
}

function compareReply(a: Part, b: Part, place: string, { report, next, isSound }: Comparison): void {
  if (hasWays(a) || hasWays(b)) {
    const isKnown = waysOf(b).every((way) => waysOf(a).some((other) => isSound(other, way)))
    if (!isKnown) report(place, 'may be something that it was not before')
    return
  }
  const more = typesBeyond(typesOf(b), typesOf(a))
  if (more.length > 0)
    report(place, `may be ${typesOf(b).size === allTypes.length ? 'anything' : more.join(' or ')} now`)
  const [before, after] = [namesIn(a.required), namesIn(b.required)]
  const properties = new Map(entriesOf(b.properties))
  for (const [name, below] of entriesOf(a.properties)) {
    const other = properties.get(name)
    if (other === undefined) report(`${place}.${name}`, 'is gone')
    else if (before.has(name) && !after.has(name)) report(`${place}.${name}`, 'may be missing now')
    if (other !== undefined) next(below, other, `${place}.${name}`)
  }
  if (isMap(a.items)) next(a.items, b.items ?? nothing, `${place}[]`)
}

function hasWays({ anyOf, oneOf }: Part): boolean {
  return Array.isArray(anyOf) || Array.isArray(oneOf)
}

/** The alternatives of a schema. A schema without any is the only one. */
function waysOf(schema: Part): readonly unknown[] {
  const ways = schema.anyOf ?? schema.oneOf
  return Array.isArray(ways) ? ways : [schema]
}

const allTypes = ['string', 'number', 'boolean', 'null', 'array', 'object']

function typesOf({ type, enum: values, const: value }: Part): ReadonlySet<string> {
  if (typeof type === 'string') return new Set([type])
  if (Array.isArray(type)) return new Set(type.map(String))
  if (value !== undefined) return new Set([typeName(value)])
  return new Set(Array.isArray(values) ? values.map(typeName) : allTypes)
}

function typeName(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

/** Types that are not in `admitted`. */
function typesBeyond(types: ReadonlySet<string>, admitted: ReadonlySet<string>): readonly string[] {
  return [...types].filter((type) => !admitted.has(type) && !(type === 'integer' && admitted.has('number')))
}

function namesIn(names: unknown): ReadonlySet<string> {
  return new Set(Array.isArray(names) ? names.map(String) : [])
}
