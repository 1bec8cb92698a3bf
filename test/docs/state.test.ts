/** The recipes of the page about state are whole flows; their tests on the page hold. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { describeReport } from '../../cli/describe-report.ts'
import { readSettings } from '../../server/settings.ts'
import { runTests } from '../../workbench/testing/run-tests.ts'
import { temporaryFolder } from '../e2e/flowpot-process.ts'

const page = readFileSync(new URL('../../docs/guide/state.md', import.meta.url), 'utf8')
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => text)
const recipes = blocks.flatMap((flow, index) => {
  const name = /^name: (\w+)$/m.exec(flow)?.[1]?.toLowerCase()
  return name !== undefined && flow.startsWith('name:') ? [{ name, flow, tests: blocks[index + 1] ?? '' }] : []
})

test('every flow of the page has fewer than six nodes, and a test', () => {
  expect(recipes.map(({ name }) => name)).toEqual(['weather', 'pots', 'contact', 'quota', 'tank'])
  expect(blocks).toHaveLength(2 * recipes.length)
  for (const { name, flow } of recipes) {
    const nodes = flow.match(/^ *(?:- )?type: /gm) ?? []
    expect(nodes.length, name).toBeLessThan(6)
    expect(nodes.length, name).toBeGreaterThan(2)
  }
})

test('the tests of the page pass, and nothing is complained of', async () => {
  const folder = await temporaryFolder({
    'application.yaml': 'name: state\n',
    ...Object.fromEntries(
      recipes.flatMap(({ name, flow, tests }) => [
        [`${name}.yaml`, flow],
        [`${name}.test.yaml`, tests],
      ]),
    ),
  })
  try {
    const report = await runTests({ folder: folder.path, flowId: undefined, filter: undefined }, readSettings({}, {}))
    expect(report.problems).toEqual([])
    expect(report.results.filter(({ failure }) => failure !== undefined).length, describeReport(report)).toBe(0)
    expect(report.results).toHaveLength(8)
  } finally {
    await folder.remove()
  }
})
