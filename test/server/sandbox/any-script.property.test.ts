/** Whatever a script says: it ends, it is answered, and it never reaches the host. */
import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import type { ScriptOutcome } from '../../../engine/services.ts'
import { createScriptPool } from '../../../server/sandbox/script-pool.ts'

const timeoutMs = 300
const pool = createScriptPool({ timeoutMs, memoryMb: 24 })
afterAll(() => pool.close())

function run(source: string, payload: unknown = { data: { a: 1 } }): Promise<ScriptOutcome> {
  const { signal } = new AbortController()
  return pool.run({ source, payload, now: 1_700_000_000_000, seed: 1, signal })
}

/** What the script left as JSON, or the name of its error. */
async function outcomeOf(source: string): Promise<{ left: unknown } | { failed: string }> {
  const outcome = await run(source)
  expect(JSON.stringify(outcome)).not.toMatch(/node:|node_modules|sandbox\/|script-thread|quickjs/i)
  expect(JSON.stringify(outcome)).not.toContain(process.cwd())
  if (!('error' in outcome)) return { left: outcome.payload }
  const { name, message, line = 1, column = 1 } = outcome.error
  expect([name, message]).toEqual([expect.any(String), expect.any(String)])
  expect(Math.min(line, column)).toBeGreaterThanOrEqual(1)
  return { failed: name }
}

describe('any payload', () => {
  const value = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' }).map((value): unknown => {
    // Keys that could pollute are refused, which has tests of its own.
    const text = JSON.stringify(value, (key, below) => (/^(?:__proto__|constructor|prototype)$/.test(key) ? 0 : below))
    return JSON.parse(text)
  })
  const identities = [
    'return payload',
    'payload = payload',
    '',
    'return JSON.parse(JSON.stringify(payload))',
    'Buffer; Intl; return (() => payload)()',
  ]

  test('comes through a script that changes nothing as it was', async () => {
    await fc.assert(
      fc.asyncProperty(value, fc.constantFrom(...identities), async (value, source) => {
        expect(await run(source, { data: value, list: [value] })).toEqual({
          logs: [],
          payload: { data: value, list: [value] },
        })
      }),
      { numRuns: 200 },
    )
  })
})

describe('any text', () => {
  const words =
    'payload payload.data = == + ++ - ( ) { } [ ] ; , . ? : => ... ` $ " \' / \\ // /* */ \n return throw new try catch finally function class extends super this null undefined true 1 0x 1n .5e9 let const var if else for while do of in switch case default break continue yield await async import export import.meta eval Function Error Promise Proxy Symbol JSON Buffer Intl console.log delete typeof void with get set static # @ \u2028 \0 \ud800 😀'
  const text = fc.oneof(
    fc.array(fc.constantFrom(...words.split(' ')), { maxLength: 20 }).map((parts) => parts.join(' ')),
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  )

  test('as a script is answered in time, with what it leaves or with an error that has a name', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (source) => {
        const outcome = await outcomeOf(source)
        if ('failed' in outcome) expect(outcome.failed).toMatch(/^(?:\w*Error)$/)
      }),
      { numRuns: 200 },
    )
    expect(await outcomeOf('return 1')).toEqual({ left: 1 })
  })
})

describe('any value', () => {
  const { value } = fc.letrec<{ value: string }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.json(),
      fc.constantFrom('undefined', 'NaN', '-0', '10n', 'Symbol("s")', '() => 1', 'class {}', '/x/g', 'new Date(NaN)'),
      fc.constantFrom('globalThis', 'arguments', 'payload', 'console', 'Buffer', 'Intl', 'Promise.reject(1)'),
      fc.constantFrom('"x".repeat(6e6)', '"\\ud800".repeat(1e6)', 'new Array(1e4)', 'new Uint8Array(1e5)'),
      fc.constantFrom('[1].map(function f(x) { return [f] })', 'new Proxy([], {})', 'new Proxy(() => 1, {})'),
      fc.nat(400).map((levels) => `(() => { let v = 1; for (let i = 0; i < ${levels}; i++) v = [v]; return v })()`),
      tie('value').map((inner) => `[${inner}]`),
      tie('value').map((inner) => `{ get a() { return ${inner} } }`),
      tie('value').map((inner) => `{ get a() { throw ${inner} } }`),
      tie('value').map((inner) => `{ toJSON() { return ${inner} } }`),
      tie('value').map((inner) => `{ toJSON: ${inner}, then: ${inner}, valueOf: ${inner}, time: ${inner} }`),
      tie('value').map((inner) => `(() => { const o = { a: ${inner} }; o.o = o; return o })()`),
      tie('value').map((inner) => `new Proxy({ a: 1 }, { get() { return ${inner} }, ownKeys() { throw ${inner} } })`),
      tie('value').map((inner) => `Object.assign(new Error("e"), { name: ${inner}, message: ${inner} })`),
      tie('value').map((inner) => `Object.create(null, { __proto__: { value: ${inner}, enumerable: true } })`),
    ),
  }))

  test.each(['return', 'throw', 'payload =', 'payload.data =', 'console.log'])(
    'after "%s" is taken as JSON or refused by name',
    async (verb) => {
      await fc.assert(
        fc.asyncProperty(value, async (value) => {
          const outcome = await outcomeOf(verb === 'console.log' ? `console.log(${value})` : `${verb} (${value})`)
          if ('left' in outcome && outcome.left !== undefined) {
            expect(JSON.parse(JSON.stringify(outcome.left))).toEqual(outcome.left)
          }
        }),
        { numRuns: 60 },
      )
      expect(await outcomeOf('return 1')).toEqual({ left: 1 })
    },
  )
})

describe('any way through what a script has', () => {
  const begin = fc.constantFrom(
    ...['this', 'globalThis', 'arguments', 'arguments[1]', 'payload', 'payload.time', 'console', 'console.log'],
    ...['Buffer', 'Buffer.from("a")', 'Intl', 'new Intl.NumberFormat()', 'new Error("x")', 'Function.prototype'],
    ...['(() => 1)', '(function () {})', '(async () => 1)', '(function* () {})', 'new Proxy({}, {})', 'Reflect'],
    ...[
      'Symbol.iterator',
      'JSON',
      'Promise.resolve(1)',
      'new WeakRef({})',
      'eval',
      '"".constructor',
      '[]',
      'new Map()',
    ],
  )
  const step = fc.constantFrom(
    ...['constructor', '__proto__', 'prototype', 'caller', 'callee', 'arguments', 'call', 'bind', 'apply', 'stack'],
    ...['prepareStackTrace', 'then', 'get', 'format', 'resolvedOptions', 'from', 'buffer', '0', '1', 'log', 'toString'],
  )
  const wanted = ['process', 'require', 'module', 'fetch', 'Worker', 'WebAssembly', 'setTimeout', 'Atomics', 'Deno']

  test('leads to nothing of the host', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(begin, fc.array(step, { maxLength: 6 })), { maxLength: 40 }), async (ways) => {
        const source = `const types = ${JSON.stringify(wanted)}.map((name) => 'typeof ' + name).join(' + ", " + ')
const found = new Set([eval(types)])
const look = (make) => {
  for (const call of [() => make('return ' + types)(), () => new make('return ' + types)(), () => make('return ' + types)().next().value]) {
    try { const type = call(); if (typeof type === 'string') found.add(type) } catch {}
  }
}
for (const [from, steps] of [${ways.map(([from, steps]) => `[() => ${from}, ${JSON.stringify(steps)}]`).join(', ')}]) {
  try {
    let at = from()
    for (const step of steps) { look(at); at = at[step] }
    look(at)
  } catch {}
}
return [...found].filter((text) => /^\\w+(, \\w+)+$/.test(text))`
        const outcome = await outcomeOf(source)
        if ('left' in outcome) expect(outcome.left).toEqual([wanted.map(() => 'undefined').join(', ')])
      }),
      { numRuns: 60 },
    )
  })
})
