import fc from 'fast-check'
import { expect, it } from 'vitest'
import { copyValue } from '../../engine/values/copy.ts'

const leaf = fc.oneof(
  fc.jsonValue({ maxDepth: 0 }),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
  fc.constant(undefined),
  fc.bigInt(),
)
const { payload } = fc.letrec((tie) => ({
  payload: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('payload')),
    fc.dictionary(fc.string(), tie('payload'), { noNullPrototype: true }),
  ),
}))

it('A copy of a value equals it and shares nothing with it', () => {
  fc.assert(
    fc.property(payload, (value) => {
      const copy = copyValue(value)
      expect(copy).toStrictEqual(value)
      const own = new Set(partsOf(value))
      expect(partsOf(copy).filter((part) => own.has(part))).toEqual([])
    }),
  )
})

it('A copy has what stands under __proto__ as a key of its own', () => {
  const copy = copyValue(JSON.parse('{ "__proto__": { "a": 1 } }'))
  expect(JSON.stringify(copy)).toBe('{"__proto__":{"a":1}}')
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
})

function partsOf(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return []
  const isLeaf = value instanceof Date || value instanceof Uint8Array
  return [value, ...(isLeaf ? [] : Object.values(value).flatMap(partsOf))]
}
