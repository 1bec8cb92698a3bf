/** Whatever text a client sends, redaction takes a time that grows with its length, and ends within its steps. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSecretNames, redacted, secretNames } from '../../../engine/secret-names.ts'
import { createRedactor } from '../../../server/recorder/redact.ts'
import { patterns, redactText } from '../../../server/recorder/redact-text.ts'
import { Cut, type Snapshot } from '../../../server/recorder/snapshot.ts'
import { createTextSearch } from '../../../server/recorder/text-search.ts'

const shortLength = 8 * 1024
const growth = 8

/**
 * Fails where the work for eight times the text takes more than 32 times as long, each time that it is tried. It is 8 times where the time is linear
 * and 64 times where it is quadratic. What is too short to be measured is taken for half a millisecond.
 */
function expectLinear(what: string, work: (length: number) => void): void {
  const ratios: number[] = []
  for (let attempt = 0; attempt < 5; attempt++) {
    const short = Math.max(
      0.5,
      timeOf(() => work(shortLength)),
    )
    ratios.push(timeOf(() => work(shortLength * growth)) / short)
    if (Math.min(...ratios) < growth * 4) return
  }
  expect.fail(`${what} takes ${ratios.map(Math.round).join(', ')} times as long for ${growth} times the text.`)
}

/** Processor time in milliseconds: on a busy machine the clock goes on while this process waits. */
function timeOf(work: () => void): number {
  const began = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(began)
  return (user + system) / 1000
}

function repeated(start: string, length: number): string {
  return start.repeat(Math.ceil(length / start.length)).slice(0, length)
}

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  ...Object.fromEntries(
    Object.entries(patterns).map(([name, pattern]) => [name, (text: string) => text.replace(pattern, redacted)]),
  ),
  redactText: (text) => redactText(text, secretNames),
  isSecretName: secretNames.isSecretName,
  isNameOfText: secretNames.isNameOfText,
  isNameOfSecret: secretNames.isNameOfSecret,
  hide: createSecretNames([], ['eyJeyJeyJ', 'aaaaaaab', 'token=token=']).hide,
}

function expectLinearReaders(start: string, end: string): void {
  for (const [name, read] of Object.entries(readers)) {
    expectLinear(`${name} of ${JSON.stringify(start)} × n`, (length) => read(repeated(start, length) + end))
  }
}

describe('Every pattern is linear', () => {
  test.each([
    ['-eyJ'],
    ['eyJ'],
    ['-eyJaaaaa.'],
    ['eyJaaaaa.aaaaa'],
    ['token'],
    ['token"'],
    ['token:"'],
    ['token:\\"'],
    ["token='"],
    ['token     :     '],
    ['secret\\\\\\\\     '],
    ['cookie: '],
    ["authorization='"],
    ['Bearer '],
    ['Basic '],
    ['Basic aaaaaaaaaaaaaaaaaaaaa'],
    ['//a:'],
    ['//'],
    [':'],
    [' '],
    ['\\"'],
  ])('on %j × n', (start) => {
    expectLinearReaders(start, '')
    expectLinearReaders(start, '\n')
  })

  test('on what is made of their own parts', () => {
    const part = fc.constantFrom(
      ...['eyJ', '-', '.', 'a', 'token', 'api', 'key', 'cookie', 'authorization', 'Bearer', 'Basic', '//', '@'],
      ...[' ', ':', '=', '"', "'", '\\', ';', '[redacted]', '\n', 'é'],
    )
    const start = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(''))
    fc.assert(fc.property(start, fc.constantFrom('', 'x', '\n', '"'), expectLinearReaders), { numRuns: 60 })
  })
})

describe('The search for secrets is linear', () => {
  test.each<[string, (length: number) => readonly [secrets: string[], text: string]]>([
    ['a long one that ends otherwise', (length) => [[`${'a'.repeat(length / 2)}b`], 'a'.repeat(length)]],
    ['a long one that begins otherwise', (length) => [[`b${'a'.repeat(length / 2)}`], 'a'.repeat(length)]],
    [
      'many that begin alike',
      (length) => [Array.from({ length: length / 64 }, (_, nth) => `${'a'.repeat(54)}${nth}`), 'a'.repeat(length)],
    ],
    [
      'many short ones',
      (length) => [Array.from({ length: length / 8 }, (_, nth) => `t${nth}`), 't1'.repeat(length / 2)],
    ],
  ])('for %s', (what, make) => {
    expectLinear(what, (length) => {
      const [secrets, text] = make(length)
      createTextSearch(secrets).replaceIn(text, redacted)
    })
  })
})

describe('Steps', () => {
  const secret = 'hunter2hunter2'
  const redactWithin = (steps: number, value: Snapshot) => {
    const redactor = createRedactor(secretNames, steps)
    redactor.learn(value)
    return { redactor, value: redactor.redact(value) }
  }

  test('that are spent leave the rest cut, and never unsearched', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.object({ maxDepth: 3 }), (steps, other) => {
        const rest: Snapshot = JSON.parse(JSON.stringify(other))
        const value = { rest, password: secret, note: `It is ${secret}.`, [`of ${secret}`]: [secret, { deep: secret }] }
        const shown = JSON.stringify(redactWithin(steps, value).value)
        expect(shown).not.toContain('hunter2')
      }),
    )
  })

  test('reach for the largest run', () => {
    const value = {
      headers: { cookie: 'session=abcdefgh; '.repeat(200), authorization: `Bearer ${'x'.repeat(2000)}` },
      users: Array.from({ length: 500 }, (_, nth) => ({ id: nth, resetToken: `token-${nth * 7919}-of-a-user` })),
      text: 'word '.repeat(30_000),
    }
    expect(redactWithin(1_000_000, value).redactor.isCut).toBe(false)
  })

  test('do not reach for 20,000 secrets, of which nothing is shown', () => {
    const tokens = Array.from({ length: 20_000 }, (_, nth) => `token-${nth}`)
    const { redactor, value } = redactWithin(1_000_000, { tokens, copies: tokens })
    expect(value).toEqual(new Cut())
    expect(redactor.isCut).toBe(true)
  })
})
