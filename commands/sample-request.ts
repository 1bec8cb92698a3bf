/** Which trigger a dry run fires, and with which request. */
import type { Application, CompiledTrigger } from '../engine/application.ts'
import type { EndpointSpec } from '../engine/trigger.ts'
import { buildRouteTable } from '../http/route-table.ts'
import { callWrong } from './errors.ts'

export interface SampleChoice {
  /** `POST /devices`. */
  readonly request: string | undefined
  /** A trigger's key, its route or its name. */
  readonly trigger: string | undefined
}

export interface SampleRequest {
  readonly method: string
  /** With its query. */
  readonly url: string
}

/** The trigger that was asked for, the one that answers `--request`, or the flow's first. */
export function chooseTrigger(application: Application, flowId: string, choice: SampleChoice): CompiledTrigger {
  const own = [...application.endpoints, ...application.buttons, ...application.errors]
    .filter(({ flow }) => flow.id === flowId)
    .sort((a, b) => a.line - b.line)
  if (choice.request !== undefined) return chooseByRequest(application, flowId, choice.request)
  if (choice.trigger !== undefined) {
    const wanted = choice.trigger
    const found = own.find((trigger) => trigger.type === wanted || textOf(trigger) === wanted)
    if (found) return found
    const known = own.map((trigger) => `"${textOf(trigger)}"`).join(', ')
    throw callWrong({ problem: `The flow has no trigger "${wanted}". It has: ${known}.` })
  }
  const [first] = own
  if (!first) throw callWrong({ problem: `There is no flow ${flowId}.yaml with a trigger in this folder.` })
  return first
}

/** As it stands in the flow: `POST /devices`, `local`, a button's name. */
function textOf(trigger: CompiledTrigger): string {
  return trigger.id.split('/').slice(2).join('/')
}

function chooseByRequest(application: Application, flowId: string, request: string): CompiledTrigger {
  const { method, url } = parseRequest(request)
  const match = buildRouteTable(application.endpoints).find(method, url.split('?', 1)[0] ?? url)
  if (!match) throw callWrong({ problem: `No endpoint answers ${method} ${url}.` })
  if (match.endpoint.flow.id !== flowId) {
    throw callWrong({ problem: `${method} ${url} is answered by ${match.endpoint.flow.file}.` })
  }
  return match.endpoint
}

/** The request that was asked for, or the endpoint's own route where that has no parameter. */
export function sampleRequest(endpoint: CompiledTrigger<EndpointSpec>, request: string | undefined): SampleRequest {
  if (request !== undefined) return parseRequest(request)
  const { method, route } = endpoint.spec
  const url = route.replace(/\/\{\w+[?*]\}$/, '') || '/'
  if (url.includes('{')) {
    throw callWrong({ problem: `${method} ${route} has parameters. Say which with --request '${method} ${route}'.` })
  }
  return { method, url }
}

function parseRequest(request: string): SampleRequest {
  const [, method, url] = /^\s*([A-Za-z]+)\s+(\/\S*)\s*$/.exec(request) ?? []
  if (method && url) return { method: method.toUpperCase(), url }
  throw callWrong({ problem: `--request is "${request}", but it must be a method and a path: 'POST /devices'.` })
}
