/** Runs the examples of all node types, in the bundle that `node build.mjs examples` makes of this, and writes what came of them. */
import { serialize } from 'node:v8'
import { nodeTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { runNode } from './run-node.ts'

const actions = describeActions()
const runs = []
for (const { type, examples } of nodeTypes) {
  for (const example of examples) {
    const { error, ...run } = await runNode({ ...example, actions })
    runs.push({ type, title: example.title, ...run, error: error === undefined ? undefined : String(error) })
  }
}
process.stdout.write(serialize(runs))
