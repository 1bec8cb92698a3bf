/** Groups the calls of a recorded run by node, and writes the stubs and the `sent` of a test for them. */
import { effectNamed, effects } from '../../../engine/effects.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { jsonOrText } from '../../../engine/values/json.ts'
import type { Json } from '../../../server/recorder/encoding.ts'
import type { RecordedAnswer, RecordedCall, RecordedVisit, RunRecord } from '../../../server/recorder/run-record.ts'
import { plainOf } from '../../dry-run/plain-value.ts'
import { callWrong } from '../../refusals.ts'
import { type Node, placed, type Stub } from '../stand-in.ts'
import { compact, withMadeUp } from './recorded-values.ts'

export interface CallsOfNode {
  readonly node: Node
  /** As tests call it; `undefined` where it has no ID. */
  readonly name: string | undefined
  readonly calls: readonly RecordedCall[]
}

/** Which calls of the platform are answered by stubs. What goes to somebody else always is. */
export type Stubbed = 'none' | 'reads' | 'all'

const read = /\.(?:get|tag|attributeNames|timeSeries|lastValue|search)/

function needsStub({ call }: RecordedCall): boolean {
  const { stub } = effectNamed(call)
  return stub !== undefined && !stub.isOptional
}

/** `nodeOf` finds the node of a visit. */
export function callsByNode(
  { calls, visits }: RunRecord,
  nodeOf: (visit: RecordedVisit) => Node | undefined,
  nameOf: (node: Node) => string | undefined,
): readonly CallsOfNode[] {
  const byNode = new Map<Node, RecordedCall[]>()
  for (const call of calls) {
    const visit = call.visit === null ? undefined : visits[call.visit]
    const node = visit && nodeOf(visit)
    if (node) byNode.set(node, [...(byNode.get(node) ?? []), call])
  }
  return [...byNode].map(([node, calls]) => ({ node, name: nameOf(node), calls }))
}

export function stubsOf(nodes: readonly CallsOfNode[], stubbed: Stubbed): Readonly<Record<string, Stub | Stub[]>> {
  const stubs: Record<string, Stub | Stub[]> = {}
  for (const { node, name, calls } of nodes) {
    const answered = calls.filter((call) => isStubbed(call, stubbed))
    if (answered.length === 0) continue
    if (name === undefined) {
      if (!answered.some(needsStub)) continue
      const hint = 'Give the node an id, and let the flow run again.'
      throw callWrong({ problem: `${placed(node)} has no ID by which a test could say what it is answered.` }, { hint })
    }
    const all = answered.map(stubOf)
    const [first = {}] = all
    stubs[name] = all.every((stub) => JSON.stringify(stub) === JSON.stringify(first)) ? first : all
  }
  return stubs
}

function isStubbed(made: RecordedCall, stubbed: Stubbed): boolean {
  if (needsStub(made)) return true
  const { call, answer } = made
  const effect = effectNamed(call)
  if (stubbed === 'none' || !effect.stub?.answer) return false
  if (effect !== effects.api) return answer !== null && 'result' in answer && held(answer.result) !== undefined
  return stubbed === 'all' || read.test(call)
}

function stubOf({ call, answer }: RecordedCall): Stub {
  if (answer === null) return { error: 'No answer came.' }
  if ('thrown' in answer) return { error: String(withMadeUp(answer.thrown.message)) }
  if ('error' in answer) return { error: errorOf(answer) }
  const result = withMadeUp(plainOf(answer.result))
  if (call === 'http') return httpStub(isMap(result) ? result : {})
  if (effectNamed(call).stub?.fields.includes('sent')) return { sent: true }
  if (call === 'sql') return { result: isMap(result) ? result.rows : [] }
  if (call.startsWith('storage.')) return { result: withMadeUp(held(answer.result)) }
  return { result: result ?? null }
}

function errorOf(answer: Extract<RecordedAnswer, { readonly error: Json }>): NonNullable<Stub['error']> {
  const { statusCode, type, message } = withMadeUp(plainOf(answer.error)) as { [name: string]: unknown } // the platform's
  return { statusCode: Number(statusCode), type: String(type), message: String(message) }
}

/** Headers that mean nothing to a flow. */
const usual =
  /^(?:age|alt-svc|cache-control|cf-.*|connection|content-(?:encoding|length|type)|date|etag|expires|keep-alive|last-modified|nel|report-to|server|set-cookie|strict-transport-security|transfer-encoding|vary|via|x-powered-by)$/

function httpStub({ status, headers, body }: Readonly<Record<string, unknown>>): Stub {
  const given = isMap(headers) ? headers : {}
  const type = String(given['content-type'] ?? '')
  const parsed = /json/i.test(type) ? jsonOrText(body) : body
  const kept = Object.entries(given).flatMap(([name, value]): [string, string][] =>
    !usual.test(name) && typeof value === 'string' ? [[name, value]] : [],
  )
  if (typeof parsed === 'string' && parsed !== '' && type !== '') kept.unshift(['content-type', type])
  return compact({
    status,
    headers: kept.length === 0 ? undefined : Object.fromEntries(kept),
    body: parsed === '' ? undefined : parsed,
  })
}

/** What was stored before the visit. */
function held(result: Json): unknown {
  const said = plainOf(result)
  if (Array.isArray(said)) {
    const entries = said.flatMap((entry) => (isMap(entry) ? [[String(entry.key), entry.value]] : []))
    return entries.length === 0 ? undefined : Object.fromEntries(entries)
  }
  const entry = isMap(said) && isMap(said.before) ? said.before : said
  return isMap(entry) ? entry.value : undefined
}

/** What each node sent, as `sent` of a test names it. Nodes without an ID cannot be named. */
export function sentOf(nodes: readonly CallsOfNode[]): ReadonlyMap<string, readonly unknown[]> {
  const sent = new Map<string, readonly unknown[]>()
  for (const { name, calls } of nodes) {
    const own = calls.flatMap(describeSent)
    if (name !== undefined && own.length > 0) sent.set(name, own)
  }
  return sent
}

/** In the words of `flowpot run`, without what is the same each time. */
function describeSent({ call, params }: RecordedCall): readonly unknown[] {
  const { sent } = effectNamed(call)
  if (!sent) return []
  const shown = Object.entries({ ...sent.show(plainOf(params)) })
  return [Object.fromEntries(shown.filter(([key]) => sent.expected?.includes(key) ?? true))]
}
