/** What runs from the sources may be dead in the bundle that is shipped: a package may export other names there. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { deserialize } from 'node:v8'
import { beforeAll, describe, expect, test } from 'vitest'
import { nodeTypes } from '../../nodes/index.ts'
import { expectAsSaid } from './expect-example.ts'
import type { NodeRun } from './run-node.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let runs: readonly (NodeRun & { readonly type: string; readonly title: string })[]

function node(...args: string[]): Buffer {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 })
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return stdout
}

beforeAll(() => {
  node('build.mjs', 'examples')
  runs = deserialize(node('--enable-source-maps', 'dist/examples/examples.js'))
}, 120_000)

describe.each(nodeTypes.map(({ type, examples }) => ({ type, examples })))('bundled, $type', ({ type, examples }) => {
  test.each(examples)('does what its page says: $title', ({ title, expect: expected }) => {
    const run = runs.find((candidate) => candidate.type === type && candidate.title === title)
    if (!run) throw new Error('It was not run.')
    expectAsSaid(run, expected)
  })
})

test('no two examples of a node have the same title', () => {
  const names = runs.map(({ type, title }) => `${type}: ${title}`)
  expect(names).toEqual([...new Set(names)])
})
