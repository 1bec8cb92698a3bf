/** Flows that load without a problem: the sample application, every node's examples, and graphs that are made up. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { Document, isCollection, parse, visit } from 'yaml'
import { outputsOf } from '../../../engine/node.ts'
import type { SourceFile } from '../../../engine/source/position.ts'
import type { Problem } from '../../../engine/source/problem.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { nodeTypes } from '../../../nodes/index.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { applicationFile, flowAround } from '../../nodes/run-node.ts'
import { type SoundFlow, wireKeys } from './flow-text.ts'

export const file = 'flow.yaml'

export function problemsIn(text: string, application: SourceFile): readonly Problem[] {
  return loadSources([application, { file, text }]).problems
}

const isSound = ({ text, application }: SoundFlow) => problemsIn(text, application).length === 0

const folder = new URL('../../../flows/', import.meta.url)

export const sampleFlows: readonly SoundFlow[] = readdirSync(folder)
  .filter((name) => /(?<!\.test)\.yaml$/.test(name) && name !== 'application.yaml')
  .map((name) => ({
    text: readFileSync(new URL(name, folder), 'utf8'),
    application: { file: 'application.yaml', text: readFileSync(new URL('application.yaml', folder), 'utf8') },
  }))

/** Those that need no other flow and nothing on the payload but what a button hands in. */
export const exampleFlows: readonly SoundFlow[] = nodeTypes
  .flatMap(({ examples }) => examples)
  .map(({ yaml }) => ({ text: flowAround(yaml), application: applicationFile }))
  .filter(isSound)

type Node = Readonly<Record<string, unknown>>

/** Nodes without wires of their own, which go on at the next. */
const links: readonly Node[] = nodeTypes.flatMap((type) =>
  type.examples
    .map(({ yaml }): unknown => parse(yaml))
    .filter((node) => isMap(node))
    .filter((node) => outputsOf(type, node).includes('next'))
    // Nodes with a role end the path, or lead into what is not there: another flow's button, or the flow of a custom node.
    .filter((node) => !type.roles && wireKeys.every((key) => !(key in node))),
)

type Item =
  | { readonly kind: 'link'; readonly node: Node }
  | { readonly kind: 'choice'; readonly yes: Items; readonly no: Items | undefined }
  | { readonly kind: 'switch'; readonly cases: readonly Items[]; readonly default: Items | undefined }
  | { readonly kind: 'loop'; readonly body: Items; readonly breaks: boolean; readonly tail: Tail }
  | { readonly kind: 'diamond'; readonly left: Node }

type Items = readonly Item[]

/** How a list ends that nothing comes after. */
type Tail = 'runs out' | 'end' | 'split'

const tail = fc.constantFrom<Tail>('runs out', 'end', 'split')

const { items } = fc.letrec<{ item: Item; items: Items }>((tie) => ({
  items: fc.array(tie('item'), { minLength: 1, maxLength: 3 }),
  item: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    link('link'),
    fc.record({ kind: fc.constant('choice'), yes: tie('items'), no: fc.option(tie('items'), { nil: undefined }) }),
    fc.record({
      kind: fc.constant('switch'),
      cases: fc.array(tie('items'), { minLength: 1, maxLength: 3 }),
      default: fc.option(tie('items'), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('loop'), body: tie('items'), breaks: fc.boolean(), tail }),
    fc.constantFrom(...links).map((left) => ({ kind: 'diamond' as const, left })),
  ),
}))

function link(kind: 'link') {
  return fc.constantFrom(...links).map((node) => ({ kind, node }))
}

const graph = fc.record({
  items,
  tail,
  trigger: fc.constantFrom('button', 'webhook', 'endpoint', 'two'),
})

/** With the wires that are there. */
function wired(node: Node, ...wires: readonly (readonly [output: string, leadsTo: unknown])[]): Node {
  return { ...node, ...Object.fromEntries(wires.filter(([, leadsTo]) => leadsTo !== undefined)) }
}

/** Writes the graph, with IDs that count up. */
function write({ items, tail, trigger }: typeof graph extends fc.Arbitrary<infer G> ? G : never): object {
  let count = 0
  const nextId = (name: string) => `${name}-${++count}`

  const writeItem = (item: Item): readonly Node[] => {
    switch (item.kind) {
      case 'link':
        return [item.node]
      case 'choice': {
        const choice = { type: 'conditional', if: '<< data.a >> > 1' }
        return [wired(choice, ['then', writeAll(item.yes)], ['else', item.no && writeAll(item.no)])]
      }
      case 'switch': {
        const cases = item.cases.map((branch, index) => wired({ is: index }, ['then', writeAll(branch)]))
        const node = { type: 'switch', value: '<< data.kind >>', cases }
        return [wired(node, ['default', item.default && writeAll(item.default)])]
      }
      case 'loop': {
        const breaking = item.breaks ? [wired({ type: 'conditional', if: '<< data.b >>' }, ['then', 'break'])] : []
        const body = [...breaking, ...writeAll(item.body), ...writeTail(item.tail)]
        return [{ id: nextId('loop'), type: 'loop', over: '<< data.list >>', item: `working.item${count}`, do: body }]
      }
      case 'diamond': {
        const [left, right] = [nextId('left'), nextId('right')]
        return [
          wired({ type: 'conditional', if: '<< data.c >>' }, ['then', right], ['else', left]),
          { ...item.left, id: left, next: right },
          { id: right, type: 'debug' },
        ]
      }
    }
  }
  const writeAll = (items: Items) => items.flatMap(writeItem)
  const writeTail = (tail: Tail): readonly Node[] => {
    if (tail === 'runs out') return []
    if (tail === 'end') return [{ type: 'debug', next: 'end' }]
    const id = nextId('branch')
    return [
      { type: 'debug', message: 'Splits', next: [id, [{ type: 'debug' }, { type: 'generate-id', result: 'data.id' }]] },
      { id, type: 'debug' },
    ]
  }

  // After a script every path may be there.
  const nodes = [{ type: 'function', script: 'return payload' }, ...writeAll(items)]
  switch (trigger) {
    case 'endpoint':
      return { name: 'F', on: { endpoint: 'POST /f/{id}' }, nodes: [...nodes, { type: 'reply', status: 201, body: 1 }] }
    case 'two': {
      const on = [{ button: 'One' }, wired({ button: 'Two' }, ['then', 'second'])]
      return { name: 'F', on, nodes: [...nodes, { type: 'debug', next: 'second' }, { id: 'second', type: 'debug' }] }
    }
    default:
      return { name: 'F', on: { [trigger]: 'f' }, nodes: [...nodes, ...writeTail(tail)] }
  }
}

/** As YAML, with brackets and braces in some places and without them in the others. */
function asYaml(flow: object, isFlow: readonly boolean[]): string {
  const document = new Document(flow, { aliasDuplicateObjects: false })
  let count = 0
  visit(document, (key, node) => {
    if (!isCollection(node) || node === document.contents) return
    node.flow = key !== 'value' ? false : (isFlow[count++ % isFlow.length] ?? false)
  })
  return document.toString({ lineWidth: 0 })
}

/** Graphs of nodes of nearly every type, wired in every way. */
export const generatedFlow: fc.Arbitrary<SoundFlow> = fc
  .tuple(graph, fc.array(fc.boolean(), { minLength: 1, maxLength: 7 }))
  .map(([graph, isFlow]) => ({ text: asYaml(write(graph), isFlow), application: applicationFile }))
