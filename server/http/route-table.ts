/** Finds the endpoint of a request. Built once an application; a reload brings a new one. */
import findMyWay from 'find-my-way'
import type { CompiledTrigger } from '../../engine/application.ts'
import { parseRoute } from '../../engine/route.ts'

export type Endpoint = CompiledTrigger<'endpoint'>

export interface RouteMatch {
  readonly endpoint: Endpoint
  readonly params: Record<string, string>
}

export interface RouteTable {
  /** `path` is without its query. */
  find(method: string, path: string): RouteMatch | undefined
  /** Methods that the path has endpoints for, in alphabetical order. */
  methodsAt(path: string): string[]
}

interface Candidate {
  readonly endpoint: Endpoint
  readonly pattern: string
  readonly names: readonly string[]
  /** The name that takes the rest of the path. */
  readonly tail: string | undefined
}

type Router = findMyWay.Instance<findMyWay.HTTPVersion.V1>

export function buildRouteTable(endpoints: readonly Endpoint[]): RouteTable {
  // A router for each method, all of whose routes are filed under GET: methods then need be nothing but text.
  const routers = new Map<string, Router>()
  for (const candidate of inOrder(endpoints.filter((endpoint) => endpoint.spec.enabled))) {
    const { method } = candidate.endpoint.spec
    const router = routers.get(method) ?? newRouter()
    routers.set(method, router)
    if (!router.hasRoute('GET', candidate.pattern)) router.on('GET', candidate.pattern, ignore, candidate)
  }

  return {
    find(method, path) {
      const found = routers.get(method)?.find('GET', path)
      return found === null || found === undefined ? undefined : matched(found.store, found.params)
    },
    methodsAt(path) {
      return [...routers.keys()].filter((method) => this.find(method, path) !== undefined).sort()
    },
  }
}

/**
 * A route as it is written wins over one that fits by leaving out its last segment, and among these one segment wins over a tail.
 * Which of two routes that are written wins, find-my-way knows.
 */
function inOrder(endpoints: readonly Endpoint[]): Candidate[] {
  const candidates = endpoints.map(candidatesOf)
  const shortened = candidates.flatMap(([, without]) => without ?? [])
  const isTail = (candidate: Candidate) => candidate.tail !== undefined
  return [
    ...candidates.map(([whole]) => whole),
    ...shortened.filter((candidate) => !isTail(candidate)),
    ...shortened.filter(isTail),
  ]
}

function matched(candidate: Candidate, values: Readonly<Record<string, string | undefined>>): RouteMatch | undefined {
  const params: Record<string, string> = {}
  for (const [index, name] of candidate.names.entries()) {
    const value = values[`p${index}`]
    // find-my-way lets a parameter match an empty segment.
    if (value === undefined || value === '') return undefined
    params[name] = value
  }
  if (candidate.tail !== undefined) params[candidate.tail] = values['*'] ?? ''
  return { endpoint: candidate.endpoint, params }
}

/** The route as it is written, and where its last segment may be missing, the route without it. */
function candidatesOf(endpoint: Endpoint): [Candidate, Candidate?] {
  const names: string[] = []
  let pattern = ''
  for (const { kind, text } of parseRoute(endpoint.spec.route)) {
    const without = { endpoint, pattern: pattern || '/', names: [...names], tail: kind === 'tail' ? text : undefined }
    if (kind === 'tail') return [{ ...without, pattern: `${pattern}/*` }, without]
    if (kind === 'literal') {
      pattern += `/${text.replaceAll(':', '::')}`
      continue
    }
    // By position, since find-my-way ends a name at a dash or a dot.
    pattern += `/:p${names.length}`
    names.push(text)
    if (kind === 'optional') return [{ ...without, pattern, names }, without]
  }
  return [{ endpoint, pattern: pattern || '/', names, tail: undefined }]
}

function newRouter(): Router {
  return findMyWay({ ignoreTrailingSlash: true, maxParamLength: 64 * 1024, querystringParser: ignore })
}

function ignore(): void {}
