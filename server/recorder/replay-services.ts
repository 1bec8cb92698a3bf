/** Services that give the answers of a recorded run, in the order in which they came. Nothing leaves the process. */

import { FlowpotError } from '../../contracts/errors.ts'
import { resultOf } from '../../engine/effect.ts'
import { makeEffects, nameOf } from '../../engine/effects.ts'
import { redacted, type SecretNames } from '../../engine/secret-names.ts'
import type { Services } from '../../engine/services.ts'
import { decode, encode } from './encoding.ts'
import { createRedactor } from './redact.ts'
import type { RecordedAnswer, RecordedCall, RunRecord } from './run-record.ts'
import { takeSnapshot } from './snapshot.ts'

interface Pending {
  readonly answered: number
  settle(): void
}

export function replayServices(
  record: Pick<RunRecord, 'calls' | 'clock' | 'random' | 'time'>,
  names: SecretNames,
): Services {
  const { ask } = createAnswers(record.calls, names)
  const effects = makeEffects((row) => async (...args) => {
    const { describe, restore = resultOf } = row.effect
    const answer = await ask(nameOf(row, args), describe(...args))
    return restore('error' in answer ? { error: decode(answer.error) } : { result: decode(answer.result) }, ...args)
  })
  return { ...effects, clock: replayClock(record), random: replayRandom(record.random) }
}

function createAnswers(calls: readonly RecordedCall[], names: SecretNames) {
  const left = [...calls]
  const pending = new Set<Pending>()
  let isWaiting = false

  /**
   * Gives the next answer once nothing else is going on. If several answers followed each other in the record, and no visit ended in between,
   * they came in one turn of the event loop and are given in one again.
   */
  const answerNext = (): void => {
    isWaiting = false
    let last: number | undefined
    for (const next of [...pending].sort((a, b) => a.answered - b.answered)) {
      if (last !== undefined && next.answered !== last + 1) break
      last = next.answered
      pending.delete(next)
      next.settle()
    }
    if (pending.size > 0) wait()
  }

  const wait = (): void => {
    if (isWaiting) return
    isWaiting = true
    setImmediate(answerNext)
  }

  /** The next recorded call of that name, preferably one with the same parameters. */
  const take = (name: string, params: unknown): RecordedCall | undefined => {
    const named = left.filter(({ call }) => call === name)
    const wanted = named.length > 1 ? asRecorded(params, names) : undefined
    const found = named.find((call) => JSON.stringify(call.params) === wanted) ?? named[0]
    if (found) left.splice(left.indexOf(found), 1)
    return found
  }

  type Given = Exclude<RecordedAnswer, { readonly thrown: unknown }>
  const ask = (name: string, params: unknown): Promise<Given> => {
    const call = take(name, params)
    if (!call) return Promise.reject(new Error(`The recorded run has no answer left for ${name}.`))
    return new Promise((resolve, reject) => {
      const { answer, answered } = call
      // The answer never came in the recorded run either, so the promise stays pending.
      if (answer === null || answered === null) return
      const settle = () => ('thrown' in answer ? reject(errorOf(answer.thrown)) : resolve(answer))
      pending.add({ answered, settle })
      wait()
    })
  }
  return { ask }
}

/** The parameters as a record would hold them, as text, so that they can be compared. */
function asRecorded(params: unknown, names: SecretNames): string {
  const snapshot = takeSnapshot(params, { bytes: Number.MAX_SAFE_INTEGER, comparisons: 0, isCut: false })
  return JSON.stringify(encode(createRedactor(names).redact(snapshot)))
}

function errorOf({ code, message, statusCode }: { code: string; message: string; statusCode?: number }): Error {
  if (statusCode !== undefined) return new FlowpotError(code, statusCode, message)
  return Object.assign(new Error(message), { name: code })
}

/** The first reading is made by the recording itself, to learn when the run began. The record holds it as `time`. */
function replayClock({ clock, time }: Pick<RunRecord, 'clock' | 'time'>): Services['clock'] {
  const readings = [Date.parse(time), ...clock]
  let next = 0
  let now = Date.parse(time)
  return {
    now() {
      now = readings[next++] ?? now
      return now
    },
  }
}

/** Returns zeros for bytes that became a secret, since the record does not hold them, and secrets are compared as `[redacted]`. */
function replayRandom(draws: readonly string[]): Services['random'] {
  let next = 0
  return {
    bytes(length) {
      const bytes = new Uint8Array(length)
      const hex = draws[next++] ?? ''
      if (hex !== redacted) bytes.set(Buffer.from(hex, 'hex').subarray(0, length))
      return bytes
    },
  }
}
