/** Finds the endpoint of a request. A table is built for each application that is loaded. */
import findMyWay from 'find-my-way'
import type { CompiledTrigger } from '../../engine/application.ts'
import { parseRoute } from '../../engine/route.ts'

export type Endpoint = CompiledTrigger<'endpoint'>

export interface RouteMatch {
  readonly endpoint: Endpoint
  readonly params: Record<string, string>
}

export interface RouteTable {
  /** `path` has no query. */
  find(method: string, path: string): RouteMatch | undefined
  /** Methods that the path has endpoints for, in alphabetical order. */
  methodsAt(path: string): string[]
}

interface Candidate {
  readonly endpoint: Endpoint
  readonly pattern: string
  readonly names: readonly string[]
  /** The name of the parameter that takes the rest of the path. */
  readonly tail: string | undefined
}

type Router = findMyWay.Instance<findMyWay.HTTPVersion.V1>

export function buildRouteTable(endpoints: readonly Endpoint[]): RouteTable {
  // There is a router for each method, with all routes under GET: find-my-way itself only knows the standard methods.
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
 * A route that matches as it is written wins over one that matches without its optional last segment. Among the latter, an optional segment
 * wins over a tail. Among routes as they are written, find-my-way decides.
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

/** The route as it is written, and the route without its last segment if that is optional. */
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
    // Parameters are named by position, since find-my-way ends a name at a dash or a dot.
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
