/** Chooses the trigger that a dry run fires, and its request. */

import type { Application, CompiledTrigger } from '../../engine/application.ts'
import { parseRoute } from '../../engine/route.ts'
import { labelOf } from '../../engine/trigger-label.ts'
import { isMap } from '../../engine/values/is-map.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { buildRouteTable } from '../../server/http/route-table.ts'
import { callWrong } from '../refusals.ts'

export interface SampleChoice {
  /** `POST /devices`. */
  readonly request: string | undefined
  /** A trigger's type, its route or its name. */
  readonly trigger: string | undefined
}

export interface SampleRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
}

/** The trigger that was asked for, the one that answers `--request`, or the flow's first. */
export function chooseTrigger(application: Application, flowId: string, choice: SampleChoice): CompiledTrigger {
  if (choice.request !== undefined) return chooseByRequest(application, flowId, choice.request)
  const own = application.triggers.filter(({ flow }) => flow.id === flowId).sort((a, b) => a.line - b.line)
  const { trigger: wanted } = choice
  const found = wanted === undefined ? own[0] : own.find((trigger) => namesOf(trigger).includes(wanted))
  if (found) return found
  const known = own.map((trigger) => `"${labelOf(trigger.id)}"`).join(', ')
  throw callWrong({ problem: `The flow has no trigger "${wanted}". It has: ${known}.` })
}

function namesOf(trigger: CompiledTrigger): unknown[] {
  const { spec } = trigger
  return [trigger.type, labelOf(trigger.id), ...(isMap(spec) ? [spec.route] : [])]
}

function chooseByRequest(application: Application, flowId: string, request: string): CompiledTrigger {
  const { method, url } = parseRequest(request)
  const table = buildRouteTable(application.endpoints)
  const path = url.split(/[?#]/, 1)[0] ?? url
  const match = table.find(method, path) ?? (method === 'HEAD' ? table.find('GET', path) : undefined)
  if (!match) throw callWrong({ problem: `No endpoint answers ${method} ${url}.` })
  if (match.endpoint.flow.id !== flowId) {
    throw callWrong({ problem: `${method} ${url} is answered by ${match.endpoint.flow.file}.` })
  }
  return match.endpoint
}

/** The request that was asked for, or the endpoint's own route, filled in from the sample payload's `data.params`. */
export function sampleRequest(
  endpoint: CompiledTrigger<'endpoint'>,
  request: string | undefined,
  payload: Payload,
): SampleRequest {
  if (request !== undefined) return parseRequest(request)
  const { method, route } = endpoint.spec
  const params = isMap(payload.data) && isMap(payload.data.params) ? payload.data.params : {}
  const segments = parseRoute(route).flatMap(({ kind, text }) => {
    if (kind === 'literal') return [text]
    const value = Object.hasOwn(params, text) ? String(params[text]) : ''
    if (value !== '') return [kind === 'tail' ? encodeURI(value) : encodeURIComponent(value)]
    if (kind !== 'parameter') return []
    throw callWrong({ problem: `${method} ${route} has parameters. Say which with --request '${method} ${route}'.` })
  })
  return { method, url: `/${segments.join('/')}` }
}

function parseRequest(request: string): SampleRequest {
  const [, method, url] = /^\s*([A-Za-z]+)\s+(\/\S*)\s*$/.exec(request) ?? []
  if (method && url) return { method: method.toUpperCase(), url }
  throw callWrong({ problem: `--request is "${request}", but it must be a method and a path: 'POST /devices'.` })
}
