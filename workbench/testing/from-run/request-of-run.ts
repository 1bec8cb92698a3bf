/** Writes the step of a test that starts the run as the recorded one was started. */

import type { Application, CompiledTrigger } from '../../../engine/application.ts'
import { labelOf } from '../../../engine/trigger-label.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import type { Payload } from '../../../engine/values/payload.ts'
import { chooseTrigger } from '../../dry-run/sample-request.ts'
import { callWrong } from '../../refusals.ts'
import { compact, withMadeUp } from './recorded-values.ts'

/** `payload` is the one that the run began with, as JSON says it. */
export function actionOf(application: Application, trigger: CompiledTrigger, payload: Payload, time: string) {
  if (trigger.type === 'endpoint' || trigger.type === 'webhook') return { request: requestOf(trigger, payload) }
  const own = application.triggers.filter(({ flow, type }) => flow.id === trigger.flow.id && type !== 'endpoint')
  const { data, triggerId, meta } = payload
  const isSample = isMap(data) && Object.keys(data).length === 0 && !isMap(trigger.sample)
  const fired = compact({
    on: own[0] === trigger ? undefined : nameOf(application, trigger),
    data: isSample ? undefined : data,
    triggerId: triggerId === trigger.id ? undefined : triggerId,
    time: payload.time === time ? undefined : payload.time,
    meta,
  })
  return { trigger: withMadeUp(fired) }
}

function nameOf(application: Application, trigger: CompiledTrigger): string {
  const flowId = trigger.flow.id
  const names = [trigger.type, labelOf(trigger.id)]
  const found = names.find(
    (name) => chooseTrigger(application, flowId, { request: undefined, trigger: name }) === trigger,
  )
  if (found !== undefined) return found
  throw callWrong({ problem: `Another trigger of ${flowId} has the same name as the one that began the run.` })
}

function requestOf(trigger: CompiledTrigger, { data, experience }: Payload): unknown {
  const { method, path, query, headers, cookies, body } = isMap(data) ? data : {}
  const below =
    trigger.type === 'webhook' ? `/webhooks/${labelOf(trigger.id)}${path === '/' ? '' : path}` : String(path)
  const isSignedIn = isMap(experience) && isMap(experience.user)
  const kept = withMadeUp({ ...headersOf(headers, body), ...(isSignedIn ? {} : cookieHeader(cookies)) })
  return compact({
    method: String(method).toUpperCase(),
    path: withMadeUp(below) + queryText(withMadeUp(query)),
    headers: isMap(kept) && Object.keys(kept).length > 0 ? kept : undefined,
    body: body === null ? undefined : withMadeUp(body),
  })
}

/** Headers that clients and proxies add, that the listener adds, or that sign the user in. */
const usual =
  /^(?:host|connection|keep-alive|user-agent|accept(?:-.*)?|authorization|cookie|content-(?:type|length)|transfer-encoding|cache-control|pragma|origin|referer|priority|upgrade-insecure-requests|dnt|via|forwarded|x-forwarded-.*|x-real-ip|x-request-id|traceparent|tracestate|sec-.*)$/

function headersOf(headers: unknown, body: unknown): Record<string, unknown> {
  if (!isMap(headers)) return {}
  const own = Object.entries(headers).filter(([name, value]) => !usual.test(name) && typeof value === 'string')
  const type = String(headers['content-type'] ?? '')
  // A form is sent as equivalent JSON. A text must not be read as JSON.
  const isText = typeof body === 'string' && !/json/i.test(type)
  return { ...Object.fromEntries(own), ...(isText ? { 'content-type': type || 'text/plain' } : {}) }
}

function cookieHeader(cookies: unknown): { readonly cookie?: string } {
  if (!isMap(cookies) || Object.keys(cookies).length === 0) return {}
  const pairs = Object.entries(cookies).map(([name, value]) => `${name}=${value}`)
  return { cookie: pairs.join('; ') }
}

function queryText(query: unknown): string {
  if (!isMap(query)) return ''
  const fields = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((one): [string, string] => [name, String(one)]),
  )
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields)}`
}
