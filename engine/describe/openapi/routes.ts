/** Turns routes into paths of OpenAPI, which has neither optional segments nor tails. */
import { parseRoute, type RouteSegment } from '../../route.ts'
import type { EndpointFacts } from './endpoint-facts.ts'

export interface PathParameter {
  /** The name in the flow, below `data.params`. */
  readonly name: string
  /** The name in the document. To OpenAPI, paths that only differ in names are the same, so the first of them names the parameters of all. */
  readonly shown: string
  readonly isTail: boolean
}

/** A way in which an endpoint can be addressed. */
export interface Operation {
  readonly facts: EndpointFacts
  /** `/devices/{id}`. */
  readonly path: string
  readonly parameters: readonly PathParameter[]
  /** Unique, and stable as long as method and route are the same. */
  readonly id: string
}

interface Form {
  readonly facts: EndpointFacts
  readonly segments: readonly RouteSegment[]
}

export function operationsOf(endpoints: readonly EndpointFacts[]): readonly Operation[] {
  const paths = new Map<string, { readonly path: string; readonly names: readonly string[] }>()
  const taken = new Set<string>()
  const ids = new Set<string>()
  const operations: Operation[] = []
  const forms = inOrder(endpoints)
  const plain = new Set(
    forms.filter(({ segments }) => !hasTail(segments)).map(({ segments }) => formOf(segments, '{}')),
  )
  for (const { facts, segments } of forms) {
    const form = formOf(segments, '{*}')
    const key = `${facts.spec.method} ${form}`
    // A route as it is written wins over one without its optional last segment.
    if (taken.has(key)) continue
    taken.add(key)
    const isTwin = hasTail(segments) && plain.has(formOf(segments, '{}'))
    const known = paths.get(form) ?? pathOf(segments, isTwin)
    paths.set(form, known)
    const parameters = segments.filter(({ kind }) => kind !== 'literal')
    operations.push({
      facts,
      path: known.path,
      parameters: parameters.map(({ kind, text }, index) => ({
        name: text,
        shown: known.names[index] ?? text,
        isTail: kind === 'tail',
      })),
      id: uniqueId(idOf(facts.spec.method, segments), ids),
    })
  }
  return operations.toSorted((a, b) => compare(a.path, b.path) || compare(a.facts.spec.method, b.facts.spec.method))
}

/** In the order of the listener's table: routes as written, then without an optional last segment, then without a tail. */
function inOrder(endpoints: readonly EndpointFacts[]): readonly Form[] {
  const whole = endpoints
    .map((facts) => ({ facts, segments: parseRoute(facts.spec.route) }))
    .toSorted((a, b) => compare(a.facts.spec.route, b.facts.spec.route))
  const shortened = (kind: RouteSegment['kind']) =>
    whole
      .filter(({ segments }) => segments.at(-1)?.kind === kind)
      .map(({ facts, segments }) => ({ facts, segments: segments.slice(0, -1) }))
  return [...whole, ...shortened('optional'), ...shortened('tail')]
}

function hasTail(segments: readonly RouteSegment[]): boolean {
  return segments.at(-1)?.kind === 'tail'
}

function formOf(segments: readonly RouteSegment[], tail: string): string {
  return segments.map(({ kind, text }) => `/${kind === 'literal' ? text : kind === 'tail' ? tail : '{}'}`).join('')
}

/** `isTwin`: there is also a `/files/{id}`, which OpenAPI could not tell from a tail with another name. */
function pathOf(segments: readonly RouteSegment[], isTwin: boolean) {
  const shown = ({ kind, text }: RouteSegment) => (kind === 'tail' && isTwin ? `${text}*` : text)
  const parts = segments.map((segment) =>
    segment.kind === 'literal' ? encodeURI(segment.text) : `{${shown(segment)}}`,
  )
  return { path: `/${parts.join('/')}`, names: segments.filter(({ kind }) => kind !== 'literal').map(shown) }
}

/** `getDevicesByIdData`: only letters and digits, since it becomes a name in generated clients and in the document's schemas. */
function idOf(method: string, segments: readonly RouteSegment[]): string {
  const words = segments.flatMap(({ kind, text }) => [
    ...(kind === 'literal' ? [] : ['by']),
    ...text.split(/[^A-Za-z0-9]+/),
  ])
  const capitalised = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
  return `${method.toLowerCase()}${capitalised || 'Root'}`
}

function uniqueId(id: string, ids: Set<string>): string {
  let unique = id
  for (let number = 2; ids.has(unique); number += 1) unique = `${id}${number}`
  ids.add(unique)
  return unique
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
