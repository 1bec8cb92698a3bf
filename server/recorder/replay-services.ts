/** Services that answer as they did in a recorded run, in the order in which the answers came. Nothing leaves the process. */

import { FlowpotError } from '../../contracts/errors.ts'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import type { StorageChange } from '../../contracts/storage.ts'
import { redacted, type SecretNames } from '../../engine/secret-names.ts'
import type { HttpResponse, Services } from '../../engine/services.ts'
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
  const result = <Result>(name: string, params: unknown, read: (result: unknown) => Result = given) =>
    ask(name, params).then((answer) => read('result' in answer ? decode(answer.result) : undefined))
  const nothing = () => undefined

  return {
    api: async (call, params): Promise<ApiOutcome> => {
      const answer = await ask(call, params)
      return 'error' in answer ? { error: given(decode(answer.error)) } : { result: decode(answer.result) }
    },
    http: ({ signal: _, ...request }) => result('http', request, toResponse),
    mail: (message) => result('mail', message, nothing),
    sql: ({ signal: _, ...request }) => result('sql', request),
    redis: ({ signal: _, ...request }) => result('redis', request),
    mongo: ({ signal: _, ...request }) => result('mongo', request),
    publish: (topic, message) => result('mqtt', { topic, message }, nothing),
    startFlow: (start) => result('flow', start),
    sleep: (ms) => result('sleep', { ms }, nothing),
    script: ({ source }) => result('script', { source }),
    users: {
      verifyPassword: (email, password) => result('users.verifyPassword', { email, password }),
      verifyToken: (token) => result('users.verifyToken', { token }),
      signToken: (request) =>
        result('users.signToken', request, (signed) => given<{ token: string | null }>(signed).token),
    },
    clock: replayClock(record),
    random: replayRandom(record.random),
    storage: {
      get: (slot) => result('storage.get', slot, (stored) => given<Entry>(stored).value),
      list: (scope) =>
        result(
          'storage.list',
          { scope },
          (stored) => new Map(given<Entry[]>(stored).map(({ key, value }) => [key, value])),
        ),
      update: <Result>(slot: object, change: (value: unknown) => StorageChange<Result>) =>
        result(
          'storage.update',
          slot,
          (updated) => change(given<{ readonly before: Entry }>(updated).before.value).result,
        ),
    },
  }
}

interface Entry {
  readonly key: string
  readonly value?: unknown
}

/** Boundary: a record says what the service of that name once answered. One that was tampered with fails the run, which is told. */
function given<Result>(value: unknown): Result {
  return value as Result
}

function createAnswers(calls: readonly RecordedCall[], names: SecretNames) {
  const left = [...calls]
  const pending = new Set<Pending>()
  let isWaiting = false

  /**
   * The next answer comes once nothing else goes on. Those that followed upon one another in the record, with no end of a visit in between,
   * came in one turn, and do so again.
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

  /** The next call of that name: of several, the one with the same parameters. */
  const take = (name: string, params: unknown): RecordedCall | undefined => {
    const named = left.filter(({ call }) => call === name)
    const wanted = named.length > 1 ? describe(params, names) : undefined
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
      // It never came, so the run goes on without it, or not at all.
      if (answer === null || answered === null) return
      const settle = () => ('thrown' in answer ? reject(errorOf(answer.thrown)) : resolve(answer))
      pending.add({ answered, settle })
      wait()
    })
  }
  return { ask }
}

/** As the record would have it. */
function describe(params: unknown, names: SecretNames): string {
  const snapshot = takeSnapshot(params, { bytes: Number.MAX_SAFE_INTEGER, comparisons: 0, isCut: false })
  return JSON.stringify(encode(createRedactor(names).redact(snapshot)))
}

function errorOf({ code, message, statusCode }: { code: string; message: string; statusCode?: number }): Error {
  if (statusCode !== undefined) return new FlowpotError(code, statusCode, message)
  return Object.assign(new Error(message), { name: code })
}

function toResponse(result: unknown): HttpResponse {
  const { body, ...response } = given<Omit<HttpResponse, 'body'> & { readonly body: string | Uint8Array }>(result)
  return { ...response, body: Uint8Array.from(Buffer.from(body)) }
}

/** Whoever records the run reads it before the run does, to know when it began. */
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

/** Zeros where a secret was made of what was drawn: it is compared as redacted. */
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
