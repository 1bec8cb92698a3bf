/** Compares the outcome of a step with what the test expects. */
import type { DocumentPath } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { parsePath } from '../../engine/values/path.ts'
import { differencesOf, pathText, show } from './differences.ts'
import { AnyValue, isMatcher, Match, Partially } from './matchers.ts'
import type { Step } from './read-tests.ts'
import type { Known } from './render.ts'
import { placed } from './stand-in.ts'
import type { Failure, PlacedDifference, StepOutcome } from './step-outcome.ts'

/** `undefined` if everything is as expected. */
export function compareStep(step: Step, result: StepOutcome, known: Known): Failure | undefined {
  const { trace, visits } = result
  const base = {
    step: step.number,
    line: step.locate([]).line,
    ...(trace.repliedBy ? { repliedBy: placed(trace.repliedBy) } : {}),
    ...(visits.length > 0 ? { way: visits } : {}),
  }
  const [complaint] = trace.complaints
  if (complaint) return { ...base, ...complaint }
  const differences = [...step.expect].flatMap(([key, render]) => differencesAt(step, key, render(known), result))
  const failed = step.expect.has('error') ? undefined : messageOf(result)
  // A test that expects no status expects success.
  const isUnexpected = !step.expect.has('status') && (failed !== undefined || isRefused(result))
  if (differences.length === 0 && !isUnexpected) return undefined
  const refused = isUnexpected && {
    message: `The request was answered ${result.reply?.status}: ${show(result.reply?.body)}`,
  }
  return { ...base, ...(failed ?? refused), ...(differences.length === 0 ? {} : { differences }) }
}

function isRefused({ reply }: StepOutcome): boolean {
  return reply !== undefined && reply.status >= 400
}

/** How the run failed, or how the call was refused. */
function messageOf({ called, outcome }: StepOutcome): { message: string; hint?: string } | undefined {
  if (called && 'error' in called) return { message: `The call is refused: ${show(called.error)}` }
  const error = outcome?.error
  return error && { message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}

function differencesAt(step: Step, key: string, expected: unknown, result: StepOutcome): PlacedDifference[] {
  const found =
    key === 'headers' || key === 'sent' || key === 'payload' || key === 'returned'
      ? part(key, expected, result)
      : key === 'debug'
        ? saidDifferently(expected, result)
        : differencesOf(expected, actualOf(key, result), [key])
  return found.map(({ path, ...rest }) => ({
    ...rest,
    path: pathText(path),
    line: step.locate(['expect', ...path]).line,
  }))
}

function actualOf(key: string, { reply, called, outcome, trace, nameOf }: StepOutcome): unknown {
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

/** Only the named parts of headers, of the payload, of what a custom node returns and of what was sent are compared. */
function part(key: 'headers' | 'sent' | 'payload' | 'returned', expected: unknown, result: StepOutcome) {
  const { reply, trace, outcome, nameOf } = result
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

/** An expected text is compared with the message of a `debug` node; an expected map names fields of the log. */
function saidDifferently(expected: unknown, { visits }: StepOutcome) {
  // The schema has passed.
  const wanted = expected as readonly unknown[]
  const said = visits.flatMap(({ type, logs }) => (type === 'debug' ? logs : []))
  const actual = said.map((log, index) => {
    const isNamed = isMap(wanted[index]) && !(wanted[index] instanceof AnyValue || wanted[index] instanceof Match)
    return isNamed ? asJson(log) : log.message
  })
  return differencesOf(wanted.map(partly), actual, ['debug'])
}

/** The value as JSON, so that a date is its text. */
function asJson(value: unknown): unknown {
  const json = JSON.stringify(value)
  return json === undefined ? undefined : JSON.parse(json)
}

/** An expectation of something that was sent names only some of its fields. */
function partly(wanted: unknown): unknown {
  return isMap(wanted) && !isMatcher(wanted) ? new Partially(wanted) : wanted
}
