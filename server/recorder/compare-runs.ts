/** Compares a replayed run with the recorded one, step by step, and finds the first difference. */

import { redacted } from '../../engine/secret-names.ts'
import type { Json } from './encoding.ts'
import type { RecordedCall, RecordedVisit, RunRecord } from './run-record.ts'

export interface Difference {
  /** Counted from 1; `undefined` if the runs differ only in how they ended. */
  readonly step: number | undefined
  /** `create-device (api) at flows/register-device.yaml:32`. */
  readonly node: string | undefined
  /** What differs: `the parameters of its call devices.post at device.name`. */
  readonly what: string
  /** `undefined` if the recorded run has nothing there; the same holds for `replayed`. */
  readonly recorded: Json | undefined
  readonly replayed: Json | undefined
}

type Facts = readonly (readonly [what: string, value: Json | undefined])[]

export function compareRuns(recorded: RunRecord, replayed: RunRecord): Difference | undefined {
  const steps = Math.max(recorded.visits.length, replayed.visits.length)
  for (let index = 0; index < steps; index++) {
    const [before, after] = [recorded.visits[index], replayed.visits[index]]
    const difference = differenceOf(factsOf(before, recorded.calls, index), factsOf(after, replayed.calls, index))
    if (difference) return { step: index + 1, node: placeOf(after ?? before), ...difference }
  }
  const difference = differenceOf(endOf(recorded), endOf(replayed))
  return difference && { step: undefined, node: undefined, ...difference }
}

function placeOf(visit: RecordedVisit | undefined): string | undefined {
  return visit && `${visit.node} (${visit.type}) at ${visit.file}:${visit.line}`
}

/** Everything that a visit did, in the order in which a node does it. */
function factsOf(visit: RecordedVisit | undefined, calls: readonly RecordedCall[], index: number): Facts {
  if (!visit) return [['the node', undefined]]
  const own = calls.filter((call) => call.visit === index)
  return [
    ['the node', visit.node],
    ['its type', visit.type],
    ...own.flatMap(({ call, params, answer }, nth): Facts => {
      const name = own.length > 1 ? `its call ${nth + 1}, ${call},` : `its call ${call}`
      return [
        [own.length > 1 ? `its call ${nth + 1}` : 'its call', call],
        [`the parameters of ${name}`, params],
        // A replay gives the recorded answer, so this differs only if the record has none.
        [`the answer of ${name}`, answer === null ? undefined : Object.keys(answer)[0]],
      ]
    }),
    ['its error', visit.error === undefined ? undefined : { code: visit.error.code, message: visit.error.message }],
    ['its output', visit.output],
    ...visit.changes.map(({ path, value }): Facts[number] => [`the payload at ${path}`, value ?? { $removed: true }]),
    ...visit.logs.map((log, nth): Facts[number] => [`what it logged (${nth + 1})`, { ...log }]),
  ]
}

function endOf({ outcome, error, reply, calls }: RunRecord): Facts {
  const open = calls.filter(({ visit }) => visit === null)
  return [
    ['the outcome', outcome],
    ['the error', error?.code],
    ['the reply', reply],
    ...open.map(({ call, params }): Facts[number] => [`its call ${call}`, params]),
  ]
}

function differenceOf(before: Facts, after: Facts) {
  const count = Math.max(before.length, after.length)
  for (let index = 0; index < count; index++) {
    const [one, other] = [before[index], after[index]]
    if (one?.[0] !== other?.[0]) {
      return one && (other === undefined || !after.some(([what]) => what === one[0]))
        ? { what: one[0], recorded: one[1], replayed: undefined }
        : { what: other?.[0] ?? '', recorded: undefined, replayed: other?.[1] }
    }
    const found = compare(one?.[1], other?.[1], [])
    if (found) return { ...found, what: [one?.[0], ...(found.path ? [`at ${found.path}`] : [])].join(' ') }
  }
  return undefined
}

interface Found {
  readonly path: string
  readonly recorded: Json | undefined
  readonly replayed: Json | undefined
}

function compare(recorded: Json | undefined, replayed: Json | undefined, path: readonly string[]): Found | undefined {
  if (isMap(recorded) && isMap(replayed) && Array.isArray(recorded) === Array.isArray(replayed)) {
    const keys = new Set([...Object.keys(recorded), ...Object.keys(replayed)])
    for (const key of keys) {
      const found = compare(own(recorded, key), own(replayed, key), [...path, key])
      if (found) return found
    }
    return undefined
  }
  if (typeof recorded === 'string' && typeof replayed === 'string' && fits(recorded, replayed)) return undefined
  return Object.is(recorded, replayed) ? undefined : { path: path.join('.'), recorded, replayed }
}

function isMap(value: Json | undefined): value is { readonly [key: string]: Json } | readonly Json[] {
  return typeof value === 'object' && value !== null
}

function own(value: { readonly [key: string]: Json } | readonly Json[], key: string): Json | undefined {
  return Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
}

/** Whether a text equals the recorded one, in which `[redacted]` stands for any text. */
function fits(recorded: string, replayed: string): boolean {
  if (recorded === replayed) return true
  const parts = recorded.split(redacted)
  const first = parts.shift() ?? ''
  const last = parts.pop()
  if (last === undefined || !replayed.startsWith(first)) return false
  let at = first.length
  for (const part of parts) {
    const found = replayed.indexOf(part, at)
    if (found === -1) return false
    at = found + part.length
  }
  return replayed.length - last.length >= at && replayed.endsWith(last)
}
