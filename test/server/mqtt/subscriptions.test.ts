import fc from 'fast-check'
import { expect, it } from 'vitest'
import { covers } from '../../../platform/runs/topic-filter.ts'
import { createSubscriptions } from '../../../server/mqtt/subscriptions.ts'

const level = fc.constantFrom('a', 'b', '', 'c')
const topics = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join('/'))
const filters = fc
  .tuple(fc.array(fc.oneof(level, fc.constant('+')), { minLength: 1, maxLength: 4 }), fc.boolean())
  .map(([levels, isDeep]) => (isDeep ? [...levels, '#'] : levels).join('/'))

it('tells those whose filter covers the topic, each once, and none that was removed', () => {
  fc.assert(
    fc.property(fc.uniqueArray(filters), fc.uniqueArray(filters), topics, (kept, removed, topic) => {
      const subscriptions = createSubscriptions()
      const told: string[] = []
      const gone = removed.map((filter) => [filter, () => told.push(`removed ${filter}`)] as const)
      for (const [filter, listener] of gone) subscriptions.on(filter, listener)
      for (const filter of kept) subscriptions.on(filter, () => told.push(filter))
      for (const [filter, listener] of gone) subscriptions.removeListener(filter, listener)
      subscriptions.emit({ topic })
      expect(told.sort()).toEqual(kept.filter((filter) => covers(filter, topic)).sort())
    }),
  )
})

it('does not let a wildcard take in the platform’s topics', () => {
  const subscriptions = createSubscriptions()
  const told: string[] = []
  for (const filter of ['#', '+/x/command', 'losant/#', 'losant/x/command'])
    subscriptions.on(filter, () => told.push(filter))
  subscriptions.emit({ topic: 'losant/x/command' })
  expect(told).toEqual(['losant/x/command'])
})
