/** Services that note what a run asks them for and what they answer. They answer as if nobody listened, in the same moment. */
import { isUtf8 } from 'node:buffer'
import type { Clock } from '../../contracts/clock.ts'
import type { Storage, StorageSlot } from '../../contracts/storage.ts'
import type { Users } from '../../contracts/users.ts'
import type { HttpRequest, HttpResponse, Services } from '../../engine/services.ts'

/** Notes an answer of the call that it was made for. */
export interface Answering {
  answer(value: unknown): void
  reject(error: unknown): void
}

export interface Listener {
  /** `params` are as they are in this moment. */
  ask(call: string, params: unknown): Answering
  /** What the clock said, each time it was read. */
  readonly clockReadings: number[]
  random(bytes: Uint8Array): void
}

type Listen = <Result>(
  call: string,
  params: unknown,
  answer: Promise<Result>,
  describe?: (result: Result) => unknown,
) => Promise<Result>

export function captureServices(services: Services, listener: Listener): Services {
  const { clock, random } = services
  const listen: Listen = (call, params, answer, describe = answered) => {
    const asked = listener.ask(call, params)
    // Whoever asked waits for the same promise, and hears after this.
    answer.then(
      (result) => asked.answer(describe(result)),
      (error: unknown) => asked.reject(error),
    )
    return answer
  }
  return {
    api: (call, params) => listen(call, params, services.api(call, params), (outcome) => outcome),
    http: (request) => listen('http', describeRequest(request), services.http(request), describeResponse),
    mail: (message, signal) => listen('mail', message, services.mail(message, signal)),
    sql: (request) => listen('sql', withoutSignal(request), services.sql(request)),
    redis: (request) => listen('redis', withoutSignal(request), services.redis(request)),
    mongo: (request) => listen('mongo', withoutSignal(request), services.mongo(request)),
    publish: (topic, message) => listen('mqtt', { topic, message }, services.publish(topic, message)),
    startFlow: (start) => listen('flow', start, services.startFlow(start)),
    sleep: (ms, signal) => listen('sleep', { ms }, services.sleep(ms, signal)),
    script: (request) => listen('script', { source: request.source }, services.script(request)),
    // Made for the few runs that ask for them.
    get users() {
      return captureUsers(services.users, listen)
    },
    clock: captureClock(clock, listener.clockReadings),
    random: {
      bytes(length) {
        const bytes = random.bytes(length)
        listener.random(bytes)
        return bytes
      },
    },
    get storage() {
      return captureStorage(services.storage, listen)
    },
  }
}

function withoutSignal<Request extends { readonly signal: AbortSignal }>({ signal: _, ...asked }: Request) {
  return asked
}

/** The system's clock could be read for ever. */
const mostReadings = 10_000

/**
 * Knows the list alone, and nothing else of the run: templates find the clock in a `WeakMap`, whose values outlive the young generation, and
 * with them whatever they lead to. Captures took six times as long.
 */
function captureClock(clock: Clock, readings: number[]): Clock {
  return {
    now() {
      const ms = clock.now()
      if (readings.length < mostReadings) readings.push(ms)
      return ms
    },
  }
}

function captureUsers(users: Users, listen: Listen): Users {
  return {
    verifyPassword: (email, password) =>
      listen('users.verifyPassword', { email, password }, users.verifyPassword(email, password)),
    verifyToken: (token) => listen('users.verifyToken', { token }, users.verifyToken(token)),
    signToken: (request) =>
      listen('users.signToken', request, users.signToken(request), (token) => ({ result: { token } })),
  }
}

function captureStorage(storage: Storage, listen: Listen): Storage {
  return {
    get: (slot) => listen('storage.get', slot, storage.get(slot), (value) => ({ result: stored(slot, value) })),
    list: (scope) =>
      listen('storage.list', { scope }, storage.list(scope), (values) => ({ result: [...values].map(entry) })),
    update(slot, change) {
      let before: unknown
      let after: unknown
      const updated = storage.update(slot, (value) => {
        // Before the change, which may be made on the value itself.
        before = structuredClone(value)
        const changed = change(value)
        after = changed.value
        return changed
      })
      const describe = () => ({ result: { before: stored(slot, before), after: stored(slot, after) } })
      return listen('storage.update', slot, updated, describe)
    },
  }
}

function answered(result: unknown): { readonly result: unknown } {
  return { result }
}

/** With its key beside it, which may say that it is a secret. */
function stored({ key }: StorageSlot, value: unknown) {
  return entry([key, value])
}

function entry([key, value]: readonly [string, unknown]) {
  return { key, value }
}

function describeRequest({ signal: _, body, ...request }: HttpRequest): object {
  return body === undefined ? request : { ...request, body: legible(body) }
}

function describeResponse({ status, headers, body }: HttpResponse): { readonly result: unknown } {
  return { result: { status, headers, body: legible(body) } }
}

/** As text where it is one. */
function legible(body: string | Uint8Array): string | Uint8Array {
  return typeof body !== 'string' && isUtf8(body) ? Buffer.from(body).toString() : body
}
