/** What the table of effects says of each of them: how it is recorded, replayed and listed. */
import { describe, expect, it } from 'vitest'
import type { Effect } from '../../engine/effect.ts'
import { effectNamed, effects, makeEffects, nameOf } from '../../engine/effects.ts'
import { secretNames } from '../../engine/secret-names.ts'

const { signal } = new AbortController()
const timing = { timeoutMs: 1000, signal }
const request = {
  method: 'POST',
  url: 'http://api.example/pots?token=abc',
  headers: {},
  body: '{"n":1}',
  followsRedirects: true,
  acceptsAnyCertificate: false,
  ...timing,
}
const slot = { scope: 'flow', key: 'apiToken' }

/** For each row, what it is asked and what it answers. */
const samples: Readonly<Record<keyof typeof effects, readonly [args: readonly unknown[], result: unknown]>> = {
  api: [['devices.post', { device: { name: 'Fern' } }], { error: { type: 'NotFound', statusCode: 404, message: 'x' } }],
  http: [[request], { status: 200, headers: { a: ['b'] }, body: Uint8Array.of(0xc3, 0xa9) }],
  mail: [[{ to: ['ada@lom.example'], subject: 'Dry', text: '' }, signal], undefined],
  sql: [[{ connection: 'a', query: 'select 1', params: [1], ...timing }], { rows: [{ a: 1 }], count: 1 }],
  redis: [[{ connection: 'a', command: 'get', args: ['k'], ...timing }], ['b', null, 1]],
  mongo: [[{ connection: 'a', collection: 'pots', operation: 'find', ...timing }], [{ a: 1 }]],
  publish: [['pots/1', '{"n":1}'], undefined],
  startFlow: [[{ flow: 'a', button: 'Go', data: { n: 1 }, by: 'b', depth: 0 }], { runId: '1' }],
  sleep: [[59_000, signal], undefined],
  script: [[{ source: 'return payload', payload: {}, now: 0, seed: 0, signal }], { logs: [], payload: 1 }],
  'users.verifyPassword': [['ada@lom.example', 'hunter2'], { id: '1', email: 'ada@lom.example' }],
  'users.verifyToken': [['abc'], null],
  'users.signToken': [[{ user: 'ada@lom.example' }], 'abc'],
  'storage.get': [[slot], 'abc'],
  'storage.list': [['flow'], new Map([['apiToken', 'abc']])],
  'storage.update': [[slot, (value: unknown) => ({ value, result: [value], ttlMs: 1000 })], ['abc']],
}

const rows = Object.entries<Effect>(effects).map(([key, effect]) => {
  const [args, result] = samples[key as keyof typeof effects]
  return { key, effect, args, result }
})

/** What a record keeps of the answer, if it was `result`. */
function told({ effect, args, result }: (typeof rows)[number]) {
  const followed = effect.follow?.(...args)
  // The store calls it with what is stored.
  if (followed) Reflect.apply(followed.args[1] as (value: unknown) => unknown, undefined, ['abc'])
  return followed?.tell() ?? effect.tell?.(result, ...args) ?? { result }
}

describe.each(rows)('$key', (row) => {
  const { effect, args, result } = row

  it('gives again in a replay what its record tells', () => {
    const answer = told(row)
    expect(effect.restore ? effect.restore(answer, ...args) : 'result' in answer && answer.result).toEqual(result)
  })

  it('is described by plain data, the same each time', () => {
    const described = effect.describe(...args)
    expect(structuredClone(described)).toEqual(effect.describe(...args))
    expect(described).not.toHaveProperty('signal')
  })

  it('is found by the name that records call it', () => {
    const name = nameOf({ key: row.key, effect, group: undefined, name: row.key }, args)
    expect(effectNamed(name)).toBe(effect)
  })
})

describe('a secret that an effect is asked with or answers', () => {
  it.each(['users.verifyPassword', 'users.verifyToken', 'users.signToken', 'storage.get', 'storage.list'])(
    'stands under a name that says so: %s',
    (key) => {
      const row = rows.find((candidate) => candidate.key === key)
      const kept = JSON.stringify([row?.effect.describe(...row.args), row && told(row)], (name, value: unknown) => {
        const named = typeof value === 'object' && value !== null && 'key' in value ? String(value.key) : name
        if (!secretNames.isSecretName(named)) return value
        return typeof value === 'string' ? undefined : Object.keys(Object(value))
      })
      expect(kept).not.toMatch(/hunter2|abc/)
    },
  )
})

it('Services of all effects have a function for each, in its place', async () => {
  const made = makeEffects(
    ({ key }) =>
      async () =>
        key,
  )
  const { users, storage, http } = made
  const keys = [http(request), users.verifyToken(''), storage.get(slot)].map((answer) => answer as Promise<unknown>)
  expect(await Promise.all(keys)).toEqual(['http', 'users.verifyToken', 'storage.get'])
})
