/** The calls of a recorded run by the node that made them, and what a test says of each: a stub, and what is sent. */
import { isMap } from '../../../engine/values/is-map.ts'
import type { Json } from '../../../server/recorder/encoding.ts'
import type { RecordedAnswer, RecordedCall, RecordedVisit, RunRecord } from '../../../server/recorder/run-record.ts'
import { parsedOr } from '../../dry-run/recorded-effects.ts'
import { callWrong } from '../../refusals.ts'
import { type Node, placed, type Stub } from '../stand-in.ts'
import { compact, plainOf, withMadeUp } from './recorded-values.ts'

export interface CallsOfNode {
  readonly node: Node
  /** As tests call it; `undefined` where it has no ID. */
  readonly name: string | undefined
  readonly calls: readonly RecordedCall[]
}

/** Which calls are answered by stubs. What leaves the process always is. */
export type Stubbed = 'none' | 'reads' | 'all'

const outside = new Set(['http', 'mail', 'mqtt', 'sql', 'mongo', 'redis'])
/** Known without a stub. */
const within = new Set(['flow', 'sleep', 'script'])
const read = /\.(?:get|tag|attributeNames|timeSeries|lastValue|search)/

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
      if (!answered.some(({ call }) => outside.has(call))) continue
      const hint = 'Give the node an id, and let the flow run again.'
      throw callWrong({ problem: `${placed(node)} has no ID by which a test could say what it is answered.` }, { hint })
    }
    const all = answered.map(stubOf)
    const [first = {}] = all
    stubs[name] = all.every((stub) => JSON.stringify(stub) === JSON.stringify(first)) ? first : all
  }
  return stubs
}

function isStubbed({ call, answer }: RecordedCall, stubbed: Stubbed): boolean {
  if (outside.has(call)) return true
  if (within.has(call) || call.startsWith('users.') || stubbed === 'none') return false
  if (call.startsWith('storage.')) return answer !== null && 'result' in answer && held(answer.result) !== undefined
  return stubbed === 'all' || read.test(call)
}

function stubOf({ call, answer }: RecordedCall): Stub {
  if (answer === null) return { error: 'No answer came.' }
  if ('thrown' in answer) return { error: String(withMadeUp(answer.thrown.message)) }
  if ('error' in answer) return { error: errorOf(answer) }
  const result = withMadeUp(plainOf(answer.result))
  if (call === 'http') return httpStub(isMap(result) ? result : {})
  if (call === 'mail' || call === 'mqtt') return { sent: true }
  if (call === 'sql') return { result: isMap(result) ? result.rows : [] }
  if (call.startsWith('storage.')) return { result: withMadeUp(held(answer.result)) }
  return { result: result ?? null }
}

function errorOf(answer: Extract<RecordedAnswer, { readonly error: Json }>): NonNullable<Stub['error']> {
  const { statusCode, type, message } = withMadeUp(plainOf(answer.error)) as { [name: string]: unknown } // the platform's
  return { statusCode: Number(statusCode), type: String(type), message: String(message) }
}

/** What says nothing to a flow. */
const usual =
  /^(?:age|alt-svc|cache-control|cf-.*|connection|content-(?:encoding|length|type)|date|etag|expires|keep-alive|last-modified|nel|report-to|server|set-cookie|strict-transport-security|transfer-encoding|vary|via|x-powered-by)$/

function httpStub({ status, headers, body }: Readonly<Record<string, unknown>>): Stub {
  const given = isMap(headers) ? headers : {}
  const type = String(given['content-type'] ?? '')
  const parsed = /json/i.test(type) ? parsedOr(body) : body
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

/** What was stored before the node came. */
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
    const own = calls.filter(({ call }) => outside.has(call) || call === 'flow')
    if (name !== undefined && own.length > 0) sent.set(name, own.map(describe))
  }
  return sent
}

/** In the words of `flowpot run`, but for what is the same each time. */
function describe({ call, params }: RecordedCall): unknown {
  const said = plainOf(params)
  if (!isMap(said)) return said
  switch (call) {
    case 'http':
      return compact({ method: said.method, url: said.url, body: parsedOr(said.body) })
    case 'mqtt':
      return { topic: said.topic, message: parsedOr(said.message) }
    case 'mail':
      return compact({ to: said.to, subject: said.subject, text: said.text || undefined, html: said.html || undefined })
    case 'flow':
      return compact({ flow: said.flow, button: said.button, data: said.data })
    default:
      return compact({ ...said, timeoutMs: undefined })
  }
}
