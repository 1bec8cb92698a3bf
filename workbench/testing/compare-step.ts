/** Holds what came of a step against what the test expects of it. */
import type { DocumentPath } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { parsePath } from '../../engine/values/path.ts'
import type { RecordedVisit } from '../dry-run/recording.ts'
import { differencesOf, pathText, show } from './differences.ts'
import { AnyValue, isMatcher, Match, Partially } from './matchers.ts'
import type { Step } from './read-tests.ts'
import type { Known } from './render.ts'
import type { Came } from './run-test.ts'
import { placed } from './stand-in.ts'

/** Why a test fails. */
export interface Failure {
  /** Where in the test's file the step, or what of it is wrong, stands. */
  readonly line: number
  readonly step?: number | undefined
  readonly message?: string
  readonly hint?: string
  readonly differences?: readonly PlacedDifference[]
  /** The node that replied, with its place. */
  readonly repliedBy?: string
  readonly way?: readonly RecordedVisit[]
}

export interface PlacedDifference {
  /** `body.items[0].name`. */
  readonly path: string
  readonly expected: string
  readonly actual: string
  /** Of what is expected. */
  readonly line: number
}

/** `undefined` where all is as expected. */
export function compareStep(step: Step, came: Came, known: Known): Failure | undefined {
  const { trace, visits } = came
  const base = {
    step: step.number,
    line: step.locate([]).line,
    ...(trace.repliedBy ? { repliedBy: placed(trace.repliedBy) } : {}),
    ...(visits.length > 0 ? { way: visits } : {}),
  }
  const [complaint] = trace.complaints
  if (complaint) return { ...base, ...complaint }
  const differences = [...step.expect].flatMap(([key, render]) => differencesAt(step, key, render(known), came))
  const failed = step.expect.has('error') ? undefined : messageOf(came)
  // Where nothing is said of it, all is to go well.
  const isUnexpected = !step.expect.has('status') && (failed !== undefined || isRefused(came))
  if (differences.length === 0 && !isUnexpected) return undefined
  const refused = isUnexpected && {
    message: `The request was answered ${came.reply?.status}: ${show(came.reply?.body)}`,
  }
  return { ...base, ...(failed ?? refused), ...(differences.length === 0 ? {} : { differences }) }
}

function isRefused({ reply }: Came): boolean {
  return reply !== undefined && reply.status >= 400
}

/** How the run failed, or how the call was refused. */
function messageOf({ called, outcome }: Came): { message: string; hint?: string } | undefined {
  if (called && 'error' in called) return { message: `The call is refused: ${show(called.error)}` }
  const error = outcome?.error
  return error && { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}

function differencesAt(step: Step, key: string, expected: unknown, came: Came): PlacedDifference[] {
  const found =
    key === 'headers' || key === 'sent' || key === 'payload' || key === 'returned'
      ? part(key, expected, came)
      : key === 'debug'
        ? saidDifferently(expected, came)
        : differencesOf(expected, actualOf(key, came), [key])
  return found.map(({ path, ...rest }) => ({
    ...rest,
    path: pathText(path),
    line: step.locate(['expect', ...path]).line,
  }))
}

function actualOf(key: string, { reply, called, outcome, trace, nameOf }: Came): unknown {
  switch (key) {
    case 'status':
      return reply?.status
    case 'body':
      return reply?.body
    case 'result':
      return called && 'result' in called ? called.result : undefined
    case 'error':
      if (called) return 'error' in called ? called.error : undefined
      return outcome?.error?.message
    case 'visits':
      return trace.visited.flatMap((node) => nameOf(node) ?? [])
    default:
      throw new TypeError(`Nothing is known of ${key}.`)
  }
}

/** Of headers, of the payload, of what a custom node returns and of what was sent, only what is named is compared. */
function part(key: 'headers' | 'sent' | 'payload' | 'returned', expected: unknown, came: Came) {
  const { reply, trace, outcome, nameOf } = came
  // The schema has passed.
  const named = Object.entries(expected as Readonly<Record<string, unknown>>)
  return named.flatMap(([name, wanted]) => {
    const path: DocumentPath = [key, name]
    if (key === 'payload') return differencesOf(wanted, asJson(parsePath(name).get(outcome?.payload ?? {})), path)
    if (key === 'returned') return differencesOf(wanted, asJson({ ...outcome?.returned }[name]), path)
    if (key === 'headers') return differencesOf(wanted, reply?.headers[name.toLowerCase()], path)
    const sent = trace.sent.flatMap(({ node, what }) => (nameOf(node) === name ? [what] : []))
    if (!Array.isArray(wanted)) return differencesOf(partly(wanted), sent.length === 1 ? sent[0] : sent, path)
    return differencesOf(wanted.map(partly), sent, path)
  })
}

/** Of what a `debug` node says, a text is the message, and a map names some of it. */
function saidDifferently(expected: unknown, { visits }: Came) {
  // The schema has passed.
  const wanted = expected as readonly unknown[]
  const said = visits.flatMap(({ type, logs }) => (type === 'debug' ? logs : []))
  const actual = said.map((log, index) => {
    const isNamed = isMap(wanted[index]) && !(wanted[index] instanceof AnyValue || wanted[index] instanceof Match)
    return isNamed ? asJson(log) : log.message
  })
  return differencesOf(wanted.map(partly), actual, ['debug'])
}

/** As it would be sent: a date is its text. */
function asJson(value: unknown): unknown {
  const json = JSON.stringify(value)
  return json === undefined ? undefined : JSON.parse(json)
}

/** What is said of one thing that was sent names some of its fields. */
function partly(wanted: unknown): unknown {
  return isMap(wanted) && !isMatcher(wanted) ? new Partially(wanted) : wanted
}
