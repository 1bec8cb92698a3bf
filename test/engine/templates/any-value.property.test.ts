/** Templates and expressions on whatever a payload may hold. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import { compileExpression } from '../../../engine/expressions/expression.ts'
import { TextSyntaxError } from '../../../engine/source/syntax-error.ts'
import { compileTemplate, helperNames } from '../../../engine/templates/template.ts'
import type { Payload } from '../../../engine/values/payload.ts'

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ stringUnit: 'binary' }),
  fc.object({ maxDepth: 2, withDate: true, withNullPrototype: true, withSparseArray: true }),
  fc.constantFrom<unknown>(undefined, Number.NaN, Number.POSITIVE_INFINITY, -0, 1e300, new Date(Number.NaN), [[[]]]),
  fc.constantFrom<unknown>({ toString: 1, valueOf: null }, JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 1 }')),
  fc.constantFrom('', '(', '.*', '2020-02-30', 'YYYY-MM-DD', 'Europe/Berlin', ',.2f', '1e400', '__proto__', 'length'),
)
const payload: fc.Arbitrary<Payload> = fc
  .record({ a: odd, b: odd, c: odd, d: odd })
  .map((data) => ({ data, time: new Date(0) }))

/** Calls of the helper with up to four arguments and with pairs, in text and as a block: those that load. */
function callsOf(helper: string) {
  const texts = [0, 1, 2, 3, 4].flatMap((count) => {
    const args = ['data.a', 'data.b', 'data.c', 'data.d'].slice(0, count).join(' ')
    const pairs = 'decimals=data.b format=data.c tz=data.d case=data.a'
    return [
      `<< ${helper} ${args} >>`,
      `<< ${helper} ${args} ${pairs} >>`,
      `<<#${helper} ${args}>>x<< this >><</${helper}>>`,
    ]
  })
  return texts.flatMap((text) => {
    try {
      return [compileTemplate(text)]
    } catch (error) {
      if (error instanceof TextSyntaxError) return []
      throw error
    }
  })
}

/** What `act` gives. A run fails with errors that are defined, and no others. */
function unlessRefused(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    if (error instanceof FlowpotError) return undefined
    throw error
  }
}

describe('on any payload', () => {
  test.each(helperNames)('the helper %s gives a value, or fails the run with an error that is defined', (helper) => {
    const calls = callsOf(helper)
    expect(calls).not.toEqual([])
    fc.assert(
      fc.property(fc.constantFrom(...calls), payload, (call, payload) => {
        expect(unlessRefused(() => call.text(payload)) ?? '').toBeTypeOf('string')
        unlessRefused(() => call.value(payload))
      }),
    )
  })

  const { formula } = fc.letrec<{ formula: string }>((tie) => ({
    formula: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.constantFrom('<< data.a >>', '<< data.b.c >>', '{{ data.c.[0] }}', '<< length data.d >>', '1', '"x"', 'null'),
      fc
        .tuple(
          tie('formula'),
          fc.constantFrom(...'|| && == === != !== < <= > >= + - * / % ^'.split(' ')),
          tie('formula'),
        )
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`),
      fc
        .tuple(fc.constantFrom('!', '-', 'abs', 'sqrt', 'length', 'round', 'min', 'max'), tie('formula'))
        .map(([name, inner]) => `${name}(${inner})`),
      fc
        .tuple(fc.constantFrom('atan2', 'pow', 'includes', 'max'), tie('formula'), tie('formula'))
        .map(([name, left, right]) => `${name}(${left}, ${right})`),
    ),
  }))

  test('an expression gives a value and throws nothing', () => {
    fc.assert(
      fc.property(formula, payload, (formula, payload) => {
        const before = Object.keys(Object.prototype)
        expect(() => compileExpression(formula).evaluate(payload)).not.toThrow()
        expect(Object.keys(Object.prototype)).toEqual(before)
      }),
      { numRuns: 1000 },
    )
  })

  test('a path sees what the payload itself holds, and nothing that is inherited', () => {
    const inherited = ['toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', '__lookupSetter__', 'isPrototypeOf']
    const written = (path: readonly string[]) => ['data', ...path].join('.')
    fc.assert(
      fc.property(
        payload,
        fc.array(fc.constantFrom('a', 'b', 'map', ...inherited), { maxLength: 3 }),
        (payload, path) => {
          const own = path.reduce<unknown>(
            (value, key) =>
              typeof value === 'object' && value !== null && Object.hasOwn(value, key)
                ? Reflect.get(value, key)
                : undefined,
            payload.data,
          )
          expect(compileTemplate(`<< ${written(path)} >>`).value(payload)).toBe(own)
          expect(compileExpression(`<< ${written(path)} >>`).evaluate(payload)).toBe(own)
        },
      ),
      { numRuns: 500 },
    )
  })
})
