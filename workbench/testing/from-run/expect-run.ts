/** Writes what a test expects of a recorded run: what the run did. Values that differ in every run are left open. */

import { redacted } from '../../../engine/secret-names.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { jsonOrText } from '../../../engine/values/json.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { plainOf } from '../../dry-run/plain-value.ts'
import { isMatcher, Match } from '../matchers.ts'
import { isLoop, type Node } from '../stand-in.ts'
import type { StepOutcome } from '../step-outcome.ts'
import { escaped, loosen } from './loosen.ts'

import { literal } from './write-draft.ts'

export interface RunExpectation {
  readonly expect: Readonly<Record<string, unknown>>
  /** How the run in a test differs from the recorded one, in words. */
  readonly differences: readonly string[]
}

export interface RecordedRun {
  readonly record: RunRecord
  /** In the order in which the visits began. */
  readonly visited: readonly Node[]
  /** What each node sent, by its name. */
  readonly sent: ReadonlyMap<string, readonly unknown[]>
}

/** `result` is the outcome of the run in a test. */
export function expectRun(run: RecordedRun, result: StepOutcome, isLenient: boolean): RunExpectation {
  const { record } = run
  const differences: string[] = []
  const hold = (recorded: unknown, actual: unknown, path: readonly (string | number)[]) => {
    const loosened = loosen(recorded, actual, path, isLenient)
    differences.push(...loosened.differences)
    return literal(loosened.value)
  }
  differences.push(...result.trace.complaints.map(({ message }) => message), ...otherWay(run, result))

  const expect: Record<string, unknown> = {}
  const failed = result.outcome?.error?.message
  if (result.reply) Object.assign(expect, expectReply(record, result, hold))
  if (record.error && failed !== undefined) expect.error = expectError(record, failed, differences)
  else if (record.error) differences.push('the run failed, and does not in a test')
  else if (failed !== undefined) differences.push(`in a test it fails: ${failed}`)

  const visits = result.trace.visited.flatMap((node) => result.nameOf(node) ?? [])
  if (visits.length > 0 || !result.reply) expect.visits = visits
  const sent = sentIn(result)
  for (const [name, recorded] of run.sent) {
    const actual = sent.get(name)?.map((what, index) => namedOnly(what, recorded[index]))
    const held = hold(recorded, actual, ['sent', name])
    expect.sent = {
      ...(isMap(expect.sent) ? expect.sent : {}),
      [name]: Array.isArray(held) && held.length === 1 ? held[0] : held,
    }
  }
  return { expect, differences }
}

type Hold = (recorded: unknown, actual: unknown, path: readonly (string | number)[]) => unknown

function expectReply(record: RunRecord, { reply }: StepOutcome, hold: Hold): Readonly<Record<string, unknown>> {
  const said = plainOf(record.reply)
  // A run without a reply is answered by the server, not by the flow.
  if (!isMap(said)) return { status: reply?.status }
  const headers = isMap(said.headers) ? said.headers : {}
  const body = /^application\/json/.test(String(headers['content-type'])) ? jsonOrText(said.body) : said.body
  const isNothing = body === undefined || reply?.body === ''
  return {
    status: hold(said.status, reply?.status, ['status']),
    ...(headers.location === undefined
      ? {}
      : { headers: { location: hold(headers.location, reply?.headers.location, ['headers', 'location']) } }),
    ...(isNothing ? {} : { body: hold(body, reply?.body, ['body']) }),
  }
}

/** The message of the node, without file and line, which change. */
function expectError({ error, visits }: RunRecord, actual: string, differences: string[]): unknown {
  const { message = '' } = error ?? {}
  const thrown = visits.map((visit) => visit.error?.message ?? '').find((said) => said !== '' && message.endsWith(said))
  const pattern = `${(thrown ?? message).split(redacted).map(escaped).join('.*')}$`
  if (!new RegExp(pattern, 'u').test(actual))
    differences.push(`it failed with "${message}", and in a test with "${actual}"`)
  return literal(new Match(pattern))
}

/**
 * Whether the test visits other nodes, nodes without an ID included, which a test cannot name. Loops are left out: a record has a visit of them
 * for each iteration, and the nodes in them tell the same.
 */
function otherWay({ visited }: RecordedRun, { trace }: StepOutcome): string[] {
  const [before, after] = [visited, trace.visited].map((nodes) =>
    nodes.filter((node) => !isLoop(node)).map(({ flow, name }) => `${flow.id}/${name}`),
  )
  if (before === undefined || after === undefined || before.toSorted().join('\n') === after.toSorted().join('\n'))
    return []
  const at = before.findIndex((name, index) => name !== after[index])
  const [was = 'its end', is = 'its end'] = at === -1 ? [undefined, after[before.length]] : [before[at], after[at]]
  return [`its way led to ${was}, and in a test to ${is}`]
}

function sentIn({ trace, nameOf }: StepOutcome): ReadonlyMap<string, readonly unknown[]> {
  const sent = new Map<string, unknown[]>()
  for (const { node, what } of trace.sent) {
    const name = nameOf(node)
    if (name !== undefined) sent.set(name, [...(sent.get(name) ?? []), JSON.parse(JSON.stringify(what))])
  }
  return sent
}

/** Reduces what was sent to the fields that the test names. */
function namedOnly(what: unknown, named: unknown): unknown {
  if (!isMap(what) || !isMap(named) || isMatcher(named)) return what
  return Object.fromEntries(Object.entries(what).filter(([key]) => Object.hasOwn(named, key)))
}
