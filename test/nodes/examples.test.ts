import { describe, expect, test } from 'vitest'
import { nodeTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { expectAsSaid } from './expect-example.ts'
import { runNode } from './run-node.ts'

const actions = describeActions()

describe.each(nodeTypes.map((type) => ({ name: type.type, examples: type.examples })))(
  'the examples of $name',
  ({ examples }) => {
    test('are two at least', () => {
      expect(examples.length).toBeGreaterThanOrEqual(2)
    })

    test.each(examples)('do what their page says: $title', async (example) => {
      expectAsSaid(await runNode({ ...example, payload: structuredClone(example.payload), actions }), example.expect)
    })
  },
)

test('every example says what comes of it', () => {
  const silent = nodeTypes.flatMap(({ type, examples }) =>
    examples.filter((example) => Object.keys(example.expect).length === 0).map(({ title }) => `${type}: ${title}`),
  )
  expect(silent).toEqual([])
})
