import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { flowActor } from '../../platform/auth/actor.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import { actionsByCall } from '../../platform/resources/catalogue.ts'
import { eachStore } from './store/databases.ts'
import { openPlatform } from './test-platform.ts'

const id = 'a'.repeat(24)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    id,
    'ada@lom.example',
    'pot',
    "'",
    '"; drop table devices; --',
    '%',
    '\\',
    '\u0000',
    '\ud800',
    '__proto__',
    '1e999',
  ),
)
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null), fc.constant(undefined))
const operator = fc.constantFrom(
  '$eq',
  '$ne',
  '$in',
  '$nin',
  '$gt',
  '$lte',
  '$startsWith',
  '$endsWith',
  '$contains',
  '$ci',
  '$x',
  '$tagKey',
  '$tagValue',
)
const field = fc.constantFrom(
  'id',
  'name',
  'creationDate',
  'parentId',
  'ancestorId',
  'tags',
  'attributeName',
  'experienceUserId',
  'experienceGroupId',
  'deviceIds',
  'key',
)
const condition = fc.oneof(
  scalar,
  fc.dictionary(operator, fc.oneof(scalar, fc.array(scalar, { maxLength: 3 })), { maxKeys: 3 }),
)
const { query } = fc.letrec<{ query: object }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    fc.dictionary(field, condition, { maxKeys: 3 }),
    fc.dictionary(fc.constantFrom('$and', '$or', '$nor'), fc.array(tie('query'), { maxLength: 3 }), { maxKeys: 2 }),
  ),
}))

/** Parameters that often fit in part: an action's own names, with values of every kind. */
function paramsOf(names: readonly string[]) {
  const values = fc.oneof(
    scalar,
    query,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(text, scalar, { maxKeys: 4 }),
  )
  return fc.dictionary(fc.constantFrom(...names, 'nonsense'), values, { maxKeys: 4 })
}

eachStore((name, open) => {
  describe('an action', () => {
    it('answers or refuses whatever it is called with, and never fails', async () => {
      const { platform, errors } = await openPlatform(await open())
      for (const [call, { called: action }] of actionsByCall) {
        const params = paramsOf(Object.keys(action.params.properties))
        const property = fc.asyncProperty(params, async (given) => {
          const outcome = await callAction(platform, flowActor, call, given)
          if ('error' in outcome) expect(outcome.error, call).not.toMatchObject({ statusCode: 500 })
        })
        await fc.assert(property, { numRuns: name === 'SQLite' ? 100 : 30 })
      }
      expect(errors).toEqual([])
    })

    it('takes any device query that is well-formed, on either database', async () => {
      const { platform, errors } = await openPlatform(await open())
      const property = fc.asyncProperty(query, async (given) => {
        const outcome = await callAction(platform, flowActor, 'devices.get', { query: given })
        if ('error' in outcome) expect(outcome.error).toMatchObject({ statusCode: 400 })
      })
      await fc.assert(property, { numRuns: name === 'SQLite' ? 1000 : 300 })
      expect(errors).toEqual([])
    })
  })
})
