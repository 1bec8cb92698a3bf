import { expect, it } from 'vitest'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { problemsOf } from './problems-of.ts'
import { application, flowOf, soundFlows } from './sound-flows.ts'

it.each(soundFlows.map(flowOf))('has nothing to say of a sound flow: %s', (flow) => {
  const found = problemsOf(flow, application).filter(({ code }) => !code.endsWith('_NOT_SET'))
  expect(found.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`)).toEqual([])
})

it('knows sound flows of every type, but for those that need another flow', () => {
  const text = soundFlows.map(flowOf).join('\n')
  const isShown = (type: string) => text.includes(`type: ${type}${type === 'reply' ? '' : ','}`)
  const others = nodeTypes.map(({ type }) => type).filter((type) => !isShown(type))
  expect(others).toEqual(['custom-node', 'workflow-trigger'])
  expect(triggerTypes.map(({ key }) => key).filter((key) => !text.includes(`  ${key}: `))).toEqual([])
  expect(soundFlows.length).toBeGreaterThan(60)
})
