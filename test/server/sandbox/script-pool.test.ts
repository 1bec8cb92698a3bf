import { afterAll, describe, expect, test, vi } from 'vitest'
import type { ScriptOutcome, ScriptRequest } from '../../../engine/services.ts'
import { createScriptPool, tooManyScripts } from '../../../server/sandbox/script-pool.ts'
import { patienceMs } from '../../patience.ts'

const memoryMb = 24
/** Of scripts that have no end. All others may take as long as a busy machine makes them. */
const timeoutMs = 400
// Far from UTC, where a script must not see it.
vi.stubEnv('TZ', 'America/New_York')
const pool = createScriptPool({ timeoutMs: patienceMs, memoryMb })
const hastyPool = createScriptPool({ timeoutMs, memoryMb })
afterAll(() => Promise.all([pool.close(), hastyPool.close()]))

function run(source: string, request: Partial<ScriptRequest> = {}, within = pool): Promise<ScriptOutcome> {
  const payload = { time: new Date(5), data: { a: 1 } }
  return within.run({
    source,
    payload,
    now: 1_700_000_000_000,
    seed: 1,
    signal: new AbortController().signal,
    ...request,
  })
}

async function returned(source: string, request?: Partial<ScriptRequest>, within = pool): Promise<unknown> {
  const outcome = await run(source, request, within)
  return 'error' in outcome ? outcome.error : outcome.payload
}

describe('a script', () => {
  test.each<[string, string, unknown]>([
    ['changes the payload in place', 'payload.data.b = 2', { time: new Date(5), data: { a: 1, b: 2 } }],
    ['returns another', 'return { a: payload.data.a }', { a: 1 }],
    ['gives the variable another value', 'payload = [1]; if (payload) return; payload = 2', [1]],
    ['declares the variable again', 'var payload = payload || {}; payload = payload.data', { a: 1 }],
    ['has a date in payload.time', 'return payload.time.getTime() + (payload.time instanceof Date)', 6],
    [
      'may put another date there',
      'payload.time.setFullYear(2030)',
      { time: new Date('2030-01-01T00:00:00.005Z'), data: { a: 1 } },
    ],
    ['may put a broken date there', 'return { time: new Date(NaN) }', { time: null }],
    ['is sloppy', '"use strict"; leaked = 010; with (payload) { return data.a + leaked + (this === globalThis) }', 10],
    [
      'leaves what JSON can say',
      'return { f() {}, s: Symbol(), u: undefined, n: NaN, d: new Date(0), l: [undefined] }',
      { n: null, d: '1970-01-01T00:00:00.000Z', l: [null] },
    ],
    ['may leave nothing', 'payload = undefined', undefined],
    ['has characters of any kind', 'return ["\\u0000\\ud800😀\\u2028", payload.length]', ['\0\ud800😀\u2028', 3]],
    ['is not cut short by what it says', 'return 1 // }) (function () {', 1],
    [
      'lives in UTC',
      'return [new Date(2024, 6, 1).toISOString(), new Date(0).getTimezoneOffset()]',
      ['2024-07-01T00:00:00.000Z', 0],
    ],
    ['is told the time', 'return new Date().getTime() - 1700000000000 < 5000 && Date.now() >= 1700000000000', true],
    [
      'computes with Buffer',
      'return Buffer.from("aé€").toString("hex") + Buffer.from("AQI=", "base64").readUInt16BE(0)',
      '61c3a9e282ac258',
    ],
    [
      'formats by Intl',
      'return [new Intl.NumberFormat("de").format(1234.5), ["ö", "z"].sort(new Intl.Collator("de").compare)]',
      ['1.234,5', ['ö', 'z']],
    ],
    [
      'formats by locale',
      'return [new Date(0).toLocaleString(), (1e6).toLocaleString(), "a".localeCompare("b"), new Date(0).toLocaleDateString("de", { timeZone: "Asia/Tokyo" })]',
      ['1/1/1970, 12:00:00 AM', '1,000,000', -1, '1.1.1970'],
    ],
  ])('%s', async (_, source, expected) => {
    const payload = source.includes('payload.length') ? '\0😀' : { time: new Date(5), data: { a: 1 } }
    expect(await returned(source, { payload })).toEqual(expected)
  })

  test('has random numbers that follow from the seed, and others for another', async () => {
    const draw = (seed: number) => returned('return [Math.random(), Math.random()]', { seed })
    expect(await draw(7)).toEqual(await draw(7))
    expect(await draw(7)).not.toEqual(await draw(8))
  })

  test('writes to the log, and no more of it than is kept', async () => {
    const { logs } = await run('console.log("hi", { a: 1 }, null, new Error("x")); console.warn(1); console.debug(2n)')
    expect(logs).toEqual([
      { level: 'info', message: 'hi {"a":1} null Error: x' },
      { level: 'warn', message: '1' },
      { level: 'debug', message: '2' },
    ])
    const noisy = await run('const s = "x".repeat(1e6); for (let i = 0; i < 5000; i++) console.error(s, s)')
    expect(noisy.logs.reduce((sum, { message }) => sum + message.length, 0)).toBeLessThan(70_000)
    expect(noisy.logs.at(-1)).toEqual({ level: 'warn', message: 'The script wrote more than is kept.' })
  })
})

describe('the error of a script', () => {
  test.each<[string, string, object]>([
    ['what it throws', '\nthrow new RangeError("bad")', { name: 'RangeError', message: 'bad', line: 2 }],
    ['what it throws that is no error', 'throw "text"', { name: 'Error', message: 'text' }],
    ['null', 'throw null', { name: 'Error', message: 'null' }],
    ['a path that is not there', '\n\n  payload.q.r', { name: 'TypeError', line: 3 }],
    ['a callback', '[1].map(() => {\n  return nothing\n})', { name: 'ReferenceError', line: 2 }],
    ['a cycle', 'payload.self = payload', { name: 'TypeError', message: 'circular reference' }],
    ['a BigInt', 'return { a: 1n }', { name: 'TypeError' }],
    [
      'Intl',
      '\nnew Intl.DateTimeFormat("en", { timeZone: "Mars" })',
      { name: 'RangeError', message: 'Invalid time zone specified: Mars' },
    ],
    [
      'a promise that is left',
      'return (async () => 1)()',
      { message: 'A script is synchronous: it cannot leave a promise.' },
    ],
    [
      'promises that nobody waits for',
      'Promise.resolve().then(() => 1)',
      { message: 'A script is synchronous: nothing waits for its promises.' },
    ],
    ['deep recursion', 'function f() {\n  return f() + 1\n}\nf()', { message: 'stack overflow', line: 2 }],
    ['deep nesting of code', 'eval("(".repeat(1e5))', { message: 'stack overflow' }],
    [
      'deep nesting of what it leaves',
      'let a = []; for (let i = 0; i < 200; i++) a = [a]; return a',
      { message: expect.stringContaining('nested deeper') },
    ],
    [
      'more than 5 MB',
      'return "x".repeat(6e6)',
      { name: 'RangeError', message: expect.stringContaining('5242880 characters') },
    ],
  ])('tells of %s', async (_, source, expected) => {
    expect(await returned(source)).toMatchObject(expected)
  })

  test('tells of a payload that is too large to be given to it', async () => {
    const error = await returned('return 1', { payload: 'x'.repeat(6e6) })
    expect(error).toMatchObject({ message: 'A script is given at most 5242880 characters of JSON.' })
  })
})

describe('a script that has no end', () => {
  test.each<[string, string, number | undefined]>([
    ['an empty loop', 'let i = 0\n\nwhile (true) {}', 3],
    ['a loop after others', 'for (const x of [1]) payload.x = x\npayload.y = 1\ndo {\n  x = 1\n} while (true)', 3],
    ['a loop that works', 'payload.x = []\nfor (;;) {\n  payload.x = [payload.x.length]\n}', 2],
    ['a loop that catches', 'while (true) {\n  try { while (true) {} } catch {} finally { while (true) {} }\n}', 1],
    ['a getter of what it leaves', 'return {\n  get a() {\n    while (true) {}\n  }\n}', 3],
    ['toJSON', 'return {\n  toJSON() {\n    while (true) {}\n  }\n}', 3],
    ['a getter of what it throws', 'throw {\n  get message() {\n    while (true) {}\n  }\n}', undefined],
    ['a regular expression', '\nreturn /^(a+)+$/.test("a".repeat(40) + "!")', 2],
    ['work of the engine itself', 'const a = []; a[4294967290] = 1; return a.join()', undefined],
    ['a sort', 'let n = 0\nreturn [2, 1].sort(() => {\n  for (;;) n++\n})', 3],
  ])('is stopped: %s', async (_, source, line) => {
    const error = await returned(source, {}, hastyPool)
    expect(error).toMatchObject({ name: 'TimeoutError', message: `The script took longer than ${timeoutMs} ms.` })
    expect((error as { line?: number }).line).toBe(line)
  })

  test('keeps what it wrote to the log', async () => {
    expect((await run('console.log("here")\nwhile (true) {}', {}, hastyPool)).logs).toEqual([
      { level: 'info', message: 'here' },
    ])
  })
})

describe('a script that takes all memory', () => {
  test.each([
    ['of texts', 'const a = []; while (true) a.push("x".repeat(1e6) + a.length)'],
    ['of objects', 'const a = []; while (true) a.push({ a: 1 })'],
    ['of typed arrays', 'const a = []; while (true) a.push(new Uint8Array(1e6))'],
    ['at once', 'return new ArrayBuffer(1e9).byteLength'],
    ['by a list that says it is long', 'return new Array(2 ** 30).fill(1)'],
    [
      'and would go on',
      'const a = []; for (;;) { try { for (;;) a.push(new Uint8Array(1e6)) } catch {} if (a.length > 5) throw new Error("out of memory") }',
    ],
  ])('fails alone: %s', async (_, source) => {
    const error = await returned(source)
    expect(error).toMatchObject({
      message: expect.stringMatching(/^The script took (more than 24 MB|longer than)|out of memory/),
    })
    expect(await returned('return 1')).toBe(1)
  })
})

test('A script that throws null is told of as that, also after one that took much memory', async () => {
  const single = createScriptPool({ timeoutMs: patienceMs, memoryMb, threads: 1 })
  const request = { payload: {}, now: 0, seed: 1, signal: new AbortController().signal }
  const source = 'const a = []; for (let i = 0; i < 18; i++) a.push(new Uint8Array(1e6)); return a.length'
  expect(await single.run({ ...request, source })).toMatchObject({ payload: 18 })
  expect(await single.run({ ...request, source: 'throw null' })).toMatchObject({ error: { message: 'null' } })
  await single.close()
})

describe('nothing of the host', () => {
  test.each([
    'process',
    'require',
    'module',
    'global',
    'fetch',
    'setTimeout',
    'WebAssembly',
    'Worker',
    'Atomics',
    'queueMicrotask',
  ])('is there: %s', async (name) => {
    expect(await returned(`return typeof ${name}`)).toBe('undefined')
  })

  test.each([
    'this.constructor.constructor("return process")()',
    'console.log.constructor("return process")()',
    'arguments[1].constructor("return process")()',
    'Buffer.from.constructor("return require(\\"fs\\")")()',
    'Intl.NumberFormat.constructor("return process")()',
    '[].filter.constructor("return globalThis.process.env")()',
  ])('is reached by %s', async (source) => {
    expect(await returned(`return ${source}`)).toMatchObject({ name: expect.stringMatching(/^(Reference|Type)Error$/) })
  })

  test('is imported', async () => {
    expect(await returned('return import("node:fs")')).toMatchObject({
      message: expect.stringContaining('synchronous'),
    })
  })

  test.each([
    'return JSON.parse(\'{ "__proto__": { "polluted": true } }\')',
    'return { data: { ["__proto__"]: { polluted: true } } }',
    'return { constructor: { prototype: { polluted: true } } }',
  ])('is polluted by %s', async (source) => {
    expect(await returned(source)).toMatchObject({ name: 'TypeError', message: expect.stringContaining('not allowed') })
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })
})

describe('the next script', () => {
  const leaks = [
    'Object.prototype.leak = 1',
    'Array.prototype.push = Array.prototype.map = () => 1',
    'globalThis.leak = 1; leak2 = 2; var leak3 = 3',
    'JSON.stringify = () => "1"; JSON.parse = () => 1',
    'Function.prototype.call = Function.prototype.bind = Reflect.apply = null',
    'Date.prototype.getTime = () => 1; Date = Promise = String = undefined',
    'console.log = Buffer.from = Intl.NumberFormat = String.prototype.slice = null',
    'Object.defineProperty(Object.prototype, "toJSON", { get() { throw 1 }, configurable: true })',
    'Symbol.for("leak").description; new FinalizationRegistry(() => { leak = 1 }).register({}, 1)',
    'throw new Error("halfway")',
  ]

  test('finds nothing of what the one before it left, in the same thread', async () => {
    const single = createScriptPool({ timeoutMs: patienceMs, memoryMb, threads: 1 })
    const look = `Buffer; Intl; return [typeof leak, typeof leak2, typeof leak3, ({}).leak, [].map(String), [].push(1),
      Object.keys(globalThis), Reflect.ownKeys(Object.prototype).length, Reflect.ownKeys(Array.prototype).length,
      typeof Promise, typeof Function.prototype.call, JSON.stringify({}), new Date(3).getTime(), typeof console.log,
      typeof Buffer.from, typeof Intl.NumberFormat, String(Date.prototype.getTime), payload]`
    const request = { payload: { time: new Date(5) }, now: 0, seed: 1, signal: new AbortController().signal }
    const before = await single.run({ ...request, source: look })
    expect(before).toHaveProperty('payload')
    for (const source of leaks) {
      await single.run({ ...request, source: `Buffer; Intl; ${source}` })
      expect(await single.run({ ...request, source: look })).toEqual(before)
    }
    await single.close()
  })
})

describe('the pool', () => {
  test('runs fifty scripts at once on its two threads, each with its own payload', async () => {
    const runs = Array.from({ length: 50 }, (_, n) => returned('payload.n *= 2', { payload: { n } }))
    expect(await Promise.all(runs)).toEqual(Array.from({ length: 50 }, (_, n) => ({ n: n * 2 })))
  })

  test('rejects what is aborted, whether it waits or runs, and nothing else', async () => {
    const single = createScriptPool({ timeoutMs: patienceMs, memoryMb, threads: 1 })
    const [running, waiting] = [new AbortController(), new AbortController()]
    const request = { payload: {}, now: 0, seed: 1 }
    const first = single.run({ ...request, source: 'while (true) {}', signal: running.signal })
    const second = single.run({ ...request, source: 'return 2', signal: waiting.signal })
    const third = single.run({ ...request, source: 'return 3', signal: new AbortController().signal })
    waiting.abort(new Error('waited'))
    await expect(second).rejects.toThrow('waited')
    running.abort(new Error('ran'))
    await expect(first).rejects.toThrow('ran')
    expect(await third).toEqual({ logs: [], payload: 3 })
    await expect(single.run({ ...request, source: '', signal: running.signal })).rejects.toThrow('ran')
    await single.close()
  })

  test('ends what runs when it is closed, and takes no more', async () => {
    const closing = createScriptPool({ timeoutMs: patienceMs, memoryMb })
    const request = { payload: {}, now: 0, seed: 1, signal: new AbortController().signal }
    const running = closing.run({ ...request, source: 'while (true) {}' })
    const expected = expect(running).rejects.toThrow('The server is closing.')
    await closing.close()
    await expected
    await expect(closing.run({ ...request, source: '' })).rejects.toThrow('The server is closing.')
  })
})

describe('scripts that never end', () => {
  const endless = 'while (true);'

  /** As many as fill the threads and the queue, asked for from one network. */
  function besiege(options: {
    readonly threads: number
    readonly maxWaiting: number
    readonly sources: readonly string[]
  }) {
    const { sources, ...limits } = options
    const besieged = createScriptPool({ timeoutMs: patienceMs, memoryMb, ...limits })
    const siege = new AbortController()
    const ended = sources.map((source) =>
      run(source, { signal: siege.signal, network: '192.0.2.1' }, besieged).catch((error: unknown) => error),
    )
    const end = async () => {
      siege.abort(new Error('The siege is over.'))
      await besieged.close()
      return Promise.all(ended)
    }
    return { besieged, end }
  }

  test.each([
    ['another script for the same network', 'return 1', '192.0.2.1'],
    ['the same script for another network', endless.replace('true', 'payload.data.a > 1'), '192.0.2.2'],
  ])('keep no thread from %s', async (_, source, network) => {
    const sources = Array.from({ length: 12 }, () => (source === 'return 1' ? endless : source))
    const payload = { data: { a: 2 } }
    const besieged = createScriptPool({ timeoutMs: patienceMs, memoryMb, threads: 2 })
    const siege = new AbortController()
    const ended = sources.map((slow) =>
      run(slow, { payload, signal: siege.signal, network: '192.0.2.1' }, besieged).catch(() => 'aborted'),
    )
    expect(await returned(source, { payload: { data: { a: 1 } }, network }, besieged)).toBeDefined()
    siege.abort(new Error('The siege is over.'))
    expect(new Set(await Promise.all(ended))).toEqual(new Set(['aborted']))
    await besieged.close()
  })

  test('are refused past the number that may wait, and whoever else comes is not', async () => {
    const { besieged, end } = besiege({ threads: 1, maxWaiting: 3, sources: Array.from({ length: 6 }, () => endless) })
    expect(await returned('return 1', { network: '192.0.2.2' }, besieged)).toBe(1)
    const outcomes = await end()
    expect(outcomes.filter((outcome) => tooManyScripts.is(outcome))).toHaveLength(3)
  })
})
