/** What one script leaves, the next one in the same context never finds. */
import { describe, expect, test } from 'vitest'
import { buffer } from '../../../server/sandbox/buffer.ts'
import { intl } from '../../../server/sandbox/intl.ts'
import { openMachine } from '../../../server/sandbox/machine.ts'
import type { Answer, Job } from '../../../server/sandbox/messages.ts'
import { openGuest } from '../../../server/sandbox/open-guest.ts'
import { runScript } from '../../../server/sandbox/run-script.ts'

const memoryMb = 24
/** Of scripts that have an end, on a machine that has other things to do. */
const longMs = 60_000
const endless = /while \(true\)|\(a\+\)\+/
let clock: () => number = () => 0
const realNow = Date.now

async function openThread() {
  const machine = await openMachine(memoryMb, (now) => {
    clock = now
  })
  const guest = asTold(() => openGuest(machine, memoryMb, [buffer, intl]))
  const run = (source: string, job: Partial<Job> = {}): Answer => {
    const limits = { memoryMb, timeoutMs: endless.test(source) ? 200 : longMs }
    const whole = { source, now: 0, seed: 1, json: '{}', hasTime: false, ...job }
    return asTold(() => runScript(machine, guest, limits, whole))
  }
  return { run, memory: machine.memory }
}

/** QuickJS asks Node for the time, as in its thread. */
function asTold<Result>(work: () => Result): Result {
  Date.now = () => clock()
  try {
    return work()
  } finally {
    Date.now = realNow
  }
}

function returned(answer: Answer): unknown {
  if ('error' in answer) throw new Error(`${answer.error.name}: ${answer.error.message}`)
  return answer.json === '' ? undefined : JSON.parse(answer.json)
}

/** All that can be reached from the global object: keys, flags, functions, prototypes, values; and what the engine counts. */
const lookRound = `
  const { getOwnPropertyDescriptor, getPrototypeOf, isExtensible } = Object
  const { ownKeys } = Reflect
  const seen = new Map()
  const found = []
  const visit = (value) => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return typeof value + String(value)
    if (seen.has(value)) return seen.get(value)
    const id = '#' + seen.size
    seen.set(value, id)
    const lines = [id, typeof value, isExtensible(value), typeof value === 'function' ? String(value) : '']
    found.push(lines)
    lines.push(visit(getPrototypeOf(value)))
    for (const key of ownKeys(value)) {
      const { get, set, value: held, writable, enumerable, configurable } = getOwnPropertyDescriptor(value, key)
      const parts = [get, set, held].map(visit)
      lines.push(String(key) + [writable, enumerable, configurable] + parts)
    }
    return id
  }
  visit(globalThis)
  visit((function* () {})())
  visit((async () => {}).constructor)
  visit(/a/g)
  visit(new Map().entries())
  const words = new Uint32Array(2e6)
  const stale = [0xabababab, 0xcdcdcdcd, 0xffffffff].some((word) => words.includes(word))
  return [found, stale, Math.random(), new Error('x').stack, Symbol.for('leak').description, seen.size]`

const attempts: readonly [string, string][] = [
  ['a global variable', 'leak = 1; var leak2 = 2; globalThis.leak3 = function leak3() {}'],
  [
    'a global that cannot be removed',
    'Object.defineProperty(globalThis, "leak", { value: 1 }); Object.freeze(globalThis)',
  ],
  [
    'prototypes with more',
    'for (const k of ["Object", "Array", "String", "Function"]) globalThis[k].prototype.leak = 1',
  ],
  [
    'built-ins that are replaced',
    'Date = Math = Promise = undefined; JSON.parse = JSON.stringify = Array.prototype.map = Math.random = Date.now = () => 1',
  ],
  [
    'built-ins that are removed',
    'for (const k of Object.getOwnPropertyNames(globalThis)) if (k !== "JSON") delete globalThis[k]',
  ],
  [
    'built-ins that are frozen',
    'for (const k of Object.getOwnPropertyNames(globalThis)) { Object.freeze(globalThis[k]); Object.freeze(globalThis[k]?.prototype) }',
  ],
  [
    'another prototype of the global object',
    'Object.setPrototypeOf(globalThis, new Proxy({}, { get: () => 1, has: () => true }))',
  ],
  ['accessors that throw', 'Object.defineProperty(Object.prototype, "toJSON", { get() { throw 1 } }); throw 1'],
  [
    'symbols of the registry',
    'Symbol.for("leak"); Object.prototype[Symbol.for("leak")] = Symbol.iterator; Array.prototype[Symbol.iterator] = null',
  ],
  ['an iterator of all lists', 'Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({ done: true })'],
  [
    'what expressions remember',
    'const r = /a/g; r.test("aa"); RegExp.prototype.lastIndex = 7; RegExp.prototype.exec = () => null',
  ],
  [
    'the console and its parts',
    'console.log = 1; console.leak = arguments[1]; arguments[1].leak = 1; arguments[1]([{ leak: 1 }])',
  ],
  [
    'the stack of errors',
    'Error.prepareStackTrace = () => "leak"; Error.stackTraceLimit = 0; Error.prototype.stack = "leak"',
  ],
  [
    'Buffer and Intl',
    'Buffer.from = Intl.NumberFormat = null; Buffer.prototype.leak = 1; Date.prototype.toLocaleString = null',
  ],
  [
    'promises that wait',
    'globalThis.p = new Promise(() => {}); Promise.resolve().then(() => { leak = 1 }).then(() => { leak = 2 })',
  ],
  ['a promise that is left', 'return (async () => { await null; leak = 1 })()'],
  ['a generator that is halfway', 'globalThis.g = (function* () { try { yield 1 } finally { leak = 1 } })(); g.next()'],
  [
    'finalizers',
    'globalThis.f = new FinalizationRegistry(() => { leak = 1 }); for (let i = 0; i < 1e4; i++) f.register({}, i)',
  ],
  [
    'weak references',
    'globalThis.w = new WeakRef(Object.prototype); globalThis.m = new WeakMap([[Object.prototype, 1]])',
  ],
  ['memory that is full of it', 'globalThis.a = new Uint32Array(2e6).fill(0xabababab); a.fill(0xcdcdcdcd)'],
  [
    'more memory than there was at first',
    'const a = []; for (let i = 0; i < 19; i++) a.push(new Uint8Array(1e6).fill(255)); leak = a',
  ],
  ['much random', 'for (let i = 0; i < 1e4; i++) Math.random()'],
  ['a deep stack', 'leak = 1; (function f() { const a = new Array(50).fill(-1); return f() + a.length })()'],
  ['an endless loop', 'leak = 1; Array.prototype.push = null; while (true) leak++'],
  ['an endless getter', 'leak = 1; return { get a() { while (true) leak++ } }'],
  ['an endless sort', 'leak = [3, 2, 1]; leak.sort(() => { while (true); })'],
  ['an endless regular expression', 'leak = /^(a+)+$/; leak.test("a".repeat(40) + "!")'],
  ['all of the memory', 'leak = []; for (;;) leak.push("x".repeat(1e5) + leak.length)'],
  ['code that does not parse', 'leak = ('],
  ['code of its own making', 'eval("var leak = 1"); new Function("leak = 2")(); (0, eval)("let leak4 = 4")'],
]

const thread = await openThread()
const before = returned(thread.run(lookRound))
const withExtensions = returned(thread.run(`Buffer; Intl; ${lookRound}`))

describe('a script', () => {
  test.each(attempts)('leaves nothing to the next: %s', (_, source) => {
    const { run } = thread
    const first = run(source)
    expect(run(source)).toEqual(first)
    expect(returned(run(lookRound))).toEqual(before)
    run(`Buffer; Intl; ${source}`)
    expect(returned(run(`Buffer; Intl; ${lookRound}`))).toEqual(withExtensions)
    expect(returned(run(lookRound))).toEqual(before)
  })

  test('sees what it looks for: the look round tells a context that was changed from one that was not', () => {
    const visible = [
      'leak = 1',
      'Array.prototype.at = 1',
      'Object.freeze(Map)',
      'Math.random()',
      'Date.prototype.x = /a/',
    ]
    for (const source of visible) expect(returned(thread.run(`${source};${lookRound}`))).not.toEqual(before)
  })

  test('counts from the start each time', () => {
    const { run } = thread
    const count =
      'globalThis.n = (globalThis.n ?? 0) + 1; Math.n = (Math.n ?? 0) + 1; return [n, Math.n, /a/y.lastIndex]'
    for (let turn = 0; turn < 50; turn++) expect(returned(run(count))).toEqual([1, 1, 0])
  })

  test('has its own seed, payload, time and log, whatever ran before', () => {
    const { run } = thread
    const draw = (seed: number) => returned(run('return [Math.random(), Math.random()]', { seed }))
    const drawn = [0, 1, 2 ** 48 - 1].map(draw)
    expect(new Set(drawn.map(String)).size).toBe(3)
    expect([0, 1, 2 ** 48 - 1].map(draw)).toEqual(drawn)
    expect(
      run('console.log(payload.a, Date.now() >= 5000 && Date.now() < 4e6)', { json: '{"a":1}', now: 5000 }).logs,
    ).toEqual([{ level: 'info', message: '1 true' }])
    expect(run('console.log(payload)', { json: '' }).logs).toEqual([{ level: 'info', message: 'undefined' }])
  })

  test('is told apart by its lines after any other', () => {
    const { run } = thread
    run('Buffer; while (true) {}')
    expect(run('\n\nthrow new Error("here")')).toMatchObject({ error: { message: 'here', line: 3 } })
  })
})

test('Static data end within what is put back before each script', () => {
  const { run, memory } = thread
  for (const [, source] of attempts) run(source)
  const bytes = new Uint8Array(memory.buffer)
  // The stack begins below its far end, which no call has reached, and above what is static.
  const megabyte = 1024 * 1024
  const firstEmpty = Array.from({ length: 32 }, (_, page) => page * 64 * 1024).find((at) =>
    bytes.subarray(at, at + megabyte).every((byte) => byte === 0),
  )
  expect(firstEmpty).toBeLessThanOrEqual(3 * 64 * 1024)
})
