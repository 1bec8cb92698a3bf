import { describe, expect, test } from 'vitest'
import { parsePath } from '../../engine/values/path.ts'
import { nodeTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { runNode } from './run-node.ts'

const actions = describeActions()

describe.each(nodeTypes.map((type) => ({ name: type.type, examples: type.examples })))(
  'the examples of $name',
  ({ examples }) => {
    test('are two at least', () => {
      expect(examples.length).toBeGreaterThanOrEqual(2)
    })

    test.each(examples)('do what their page says: $title', async (example) => {
      const run = await runNode({ ...example, actions })
      const { output, payload = {}, stored, reply, sent, error, returned } = example.expect

      if (error === undefined) expect(run.error).toBeUndefined()
      else expect(String(run.error)).toContain(error)
      if (output !== undefined) expect(run.output).toBe(output)
      if (stored !== undefined) expect(run.stored).toEqual(stored)
      if (sent !== undefined) expect(run.sent).toMatchObject(sent)
      if (returned !== undefined) expect(run.returned).toEqual(returned)
      if (reply !== undefined) expect(run.reply).toMatchObject(reply)
      for (const [path, value] of Object.entries(payload)) expect(parsePath(path).get(run.payload)).toEqual(value)
    })
  },
)

test('every example says what comes of it', () => {
  const silent = nodeTypes.flatMap(({ type, examples }) =>
    examples.filter((example) => Object.keys(example.expect).length === 0).map(({ title }) => `${type}: ${title}`),
  )
  expect(silent).toEqual([])
})
