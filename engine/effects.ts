/**
 * Every way from a flow to an effect, one row each. Five kinds of services are made from these rows:
 *
 *   live      really do it                                           server/compose/effects.ts
 *   dry       answer as if it had gone well, and do nothing          workbench/dry-run/dry-effects.ts
 *   observed  do it, and tell an observer what was asked and given   engine/run/observe-services.ts
 *   replayed  give what a record says was given                      server/recorder/replay-services.ts
 *   stubbed   give what a test says                                  workbench/testing/stand-in.ts
 *
 * The clock and random bytes are effects too, but they answer at once and are asked for nothing in particular: each of these files makes its own.
 */
import type { ApiError } from '../contracts/outcomes.ts'
import { type Effect, resultOf, stubbedResult, withoutSignal, withoutTimeout } from './effect.ts'
import { http } from './http-effect.ts'
import { mongo } from './mongo-effect.ts'
import type { MailMessage, Services } from './services.ts'
import { isMap } from './values/is-map.ts'
import { jsonOrText } from './values/json.ts'

type EffectOf<Function> = Function extends (...args: infer Args) => Promise<infer Result> ? Effect<Args, Result> : never
type Grouped<Group extends 'users' | 'storage'> = {
  readonly [Name in keyof Services[Group] & string as `${Group}.${Name}`]: EffectOf<Services[Group][Name]>
}
type Rows = {
  readonly [Name in Exclude<keyof Services, 'users' | 'storage' | 'clock' | 'random'>]: EffectOf<Services[Name]>
} & Grouped<'users'> &
  Grouped<'storage'>

const isSent = { example: '{ sent: true }', fields: ['sent'], answer: () => undefined } as const
const toServer = { takesServer: true, showResult: () => null } as const
const storesValues = {
  does: 'keeps values',
  example: '{ result: 1 }',
  fields: ['result'],
  isOptional: true,
} as const

interface Entry {
  readonly key: string
  readonly value?: unknown
}

export const effects: Rows = {
  api: {
    describe: (_call, params) => params,
    tell: (outcome) => outcome,
    restore: (told) => ('error' in told ? { error: told.error as ApiError } : told),
    stub: {
      does: 'calls the platform',
      example: '{ result: {} }',
      fields: ['result'],
      isOptional: true,
      answer: ({ result }) => ({ result: structuredClone(result) }),
      refuse: (error) => ({ error }),
    },
  },
  http,
  mail: {
    describe: (message) => message,
    dry: () => undefined,
    sent: {
      show: (message: MailMessage) =>
        Object.fromEntries(Object.entries(message).filter(([, value]) => value.length > 0)),
      showResult: () => null,
      expected: ['to', 'subject', 'text', 'html'],
      unsent: 'not sent; --live sends it',
    },
    stub: { does: 'sends mail', ...isSent },
  },
  sql: {
    describe: withoutSignal,
    dry: () => ({ rows: [], count: 0 }),
    sent: {
      show: withoutTimeout,
      showResult: ({ rows }: { readonly rows: unknown }) => rows,
      unsent: 'not sent, and answered without rows; --live sends it',
    },
    stub: {
      does: 'asks a database',
      example: '{ result: [ { id: 1 } ] }',
      fields: ['result'],
      answer({ result }) {
        const rows = [structuredClone(result)].flat().filter(isMap)
        return { rows, count: rows.length }
      },
    },
  },
  redis: {
    describe: withoutSignal,
    dry: () => null,
    sent: {
      show: withoutTimeout,
      showResult: (result) => result,
      unsent: 'not sent, and answered null; --live sends it',
    },
    stub: { does: 'asks Redis', example: '{ result: OK }', fields: ['result'], answer: stubbedResult },
  },
  mongo,
  publish: {
    name: 'mqtt',
    describe: (topic, message) => ({ topic, message }),
    dry: () => undefined,
    sent: {
      show: ({ topic, message }: { readonly topic: string; readonly message: string }) => ({
        topic,
        message: jsonOrText(message),
      }),
      unsent: 'not sent: that takes a server',
      ...toServer,
    },
    stub: { does: 'sends an MQTT message', ...isSent },
  },
  startFlow: {
    name: 'flow',
    describe: (start) => start,
    dry: () => ({ runId: '0'.repeat(24) }),
    sent: {
      show: ({ flow, button, data, dueAt }: Parameters<Services['startFlow']>[0]) => ({
        flow,
        button,
        data,
        ...(dueAt === undefined ? {} : { at: new Date(dueAt) }),
      }),
      expected: ['flow', 'button', 'data'],
      unsent: 'not started: that takes a server',
      ...toServer,
    },
    // What comes of it is known without a stub: a run, of which the test sees nothing.
    stub: { does: 'starts a flow', example: isSent.example, fields: isSent.fields, isOptional: true },
  },
  sleep: { describe: (ms) => ({ ms }), dry: () => undefined },
  script: { describe: ({ source }) => ({ source }) },
  'users.verifyPassword': { describe: (email, password) => ({ email, password }) },
  'users.verifyToken': { describe: (token) => ({ token }) },
  'users.signToken': {
    describe: (request) => request,
    tell: (token) => ({ result: { token } }),
    restore: (told) => resultOf<{ readonly token: string | null }>(told).token,
  },
  'storage.get': {
    describe: (slot) => slot,
    tell: (value, { key }) => ({ result: { key, value } }),
    restore: (told) => resultOf<Entry>(told).value,
    stub: { ...storesValues, answer: stubbedResult },
  },
  'storage.list': {
    describe: (scope) => ({ scope }),
    tell: (values) => ({ result: [...values].map(([key, value]) => ({ key, value })) }),
    restore: (told) => new Map(resultOf<readonly Entry[]>(told).map(({ key, value }) => [key, value])),
    // Of several values, a stub has a map by key.
    stub: {
      ...storesValues,
      answer: ({ result }) => new Map(isMap(result) ? Object.entries(structuredClone(result)) : []),
    },
  },
  'storage.update': {
    describe: (slot) => slot,
    follow(slot, change) {
      const { key } = slot
      let before: unknown
      let after: unknown
      let ttlMs: unknown
      const followed: typeof change = (value) => {
        // The change may be made on the value itself.
        before = structuredClone(value)
        const changed = change(value)
        after = changed.value
        ttlMs = changed.ttlMs
        return changed
      }
      return {
        args: [slot, followed],
        tell: () => ({
          result: {
            before: { key, value: before },
            after: { key, value: after, ...(ttlMs === undefined ? {} : { ttlMs }) },
          },
        }),
      }
    },
    restore: (told, _slot, change) => change(resultOf<{ readonly before: Entry }>(told).before.value).result,
    // What the node makes of the value is stored nowhere.
    stub: { ...storesValues, answer: ({ result }, _slot, change) => change(structuredClone(result)).result },
  },
}

/** An effect's function in `Services`. */
export type Act = (...args: readonly unknown[]) => Promise<unknown>

/** A row with its place in `Services`: `http`, `storage.get`. */
export interface EffectRow {
  readonly key: string
  readonly effect: Effect
  readonly group: 'users' | 'storage' | undefined
  /** In its group, if it has one. */
  readonly name: string
}

const rows = Object.entries<Effect>(effects).map(([key, effect]): EffectRow => {
  const [first = '', second] = key.split('.')
  const group = first === 'users' || first === 'storage' ? first : undefined
  return { key, effect, group, name: second ?? first }
})

/** Services in which `make` says what each effect does. */
export function makeEffects(make: (row: EffectRow) => Act): Omit<Services, 'clock' | 'random'> {
  const services = { users: {}, storage: {} }
  for (const row of rows) Reflect.set(row.group ? services[row.group] : services, row.name, make(row))
  // Boundary: `Rows` has a row for each function of `Services`, and no other.
  return services as Services
}

/** Does what the effect of this row does in `services`. */
export function callEffect(services: Services, { group, name }: EffectRow, args: readonly unknown[]): Promise<unknown> {
  const holder = group ? services[group] : services
  return Reflect.apply(Reflect.get(holder, name), holder, args)
}

/** What records, dry runs and tests call it: `http`, `storage.get`, or the action that is called: `devices.post`. */
export function nameOf({ key, effect }: EffectRow, args: readonly unknown[]): string {
  return key === 'api' ? String(args[0]) : (effect.name ?? key)
}

/** The effect of this name. What no row names is an action of the platform. */
export function effectNamed(name: string): Effect {
  return rows.find(({ key, effect }) => name === (effect.name ?? key))?.effect ?? effects.api
}
