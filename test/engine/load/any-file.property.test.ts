/** Files of an application, whatever stands in them and however it is written. */
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isCollection, isScalar, parseDocument, visit } from 'yaml'
import type { Problem } from '../../../engine/source/problem.ts'
import { parseYaml } from '../../../engine/source/yaml-document.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { readTests } from '../../../workbench/testing/read-tests.ts'
import { wireKeys } from '../wrong-flows/flow-text.ts'
import { exampleFlows, file, generatedFlow, problemsIn, sampleFlows } from '../wrong-flows/sound-flows.ts'

const options = { schema: 'core', merge: false, stringKeys: true } as const

const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const

const manner = fc.record({
  styles: fc.array(fc.constantFrom(...styles, undefined), { minLength: 1, maxLength: 5 }),
  comments: fc.array(fc.constantFrom(' A note', ' one: "two" # three', ' [ {', undefined), {
    minLength: 1,
    maxLength: 5,
  }),
  hasSpace: fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }),
  isFlow: fc.array(fc.constantFrom(true, false, undefined), { minLength: 1, maxLength: 4 }),
  indent: fc.integer({ min: 1, max: 8 }),
  isCrlf: fc.boolean(),
  hasMark: fc.boolean(),
})

type Manner = typeof manner extends fc.Arbitrary<infer Value> ? Value : never

/** The same values, written by the YAML library in another manner. */
function rewrite(text: string, manner: Manner): string {
  const document = parseDocument(text, options)
  let count = 0
  const nth = <T>(list: readonly T[]) => list[count++ % list.length]
  visit(document, (key, node) => {
    if (key === 'key' || !(isScalar(node) || isCollection(node))) return
    const [style, isFlow] = [nth(manner.styles), nth(manner.isFlow)]
    if (isScalar(node) && typeof node.value === 'string' && style !== undefined) node.type = style
    if (isCollection(node) && isFlow !== undefined) node.flow = isFlow
    node.commentBefore = nth(manner.comments) ?? null
    node.spaceBefore = nth(manner.hasSpace) ?? false
  })
  const { indent, isCrlf, hasMark } = manner
  // Where the library folds texts it does not write all of them so that they read as they were.
  const written = document.toString({ indent, lineWidth: 0 })
  return (hasMark ? '\uFEFF' : '') + (isCrlf ? written.replaceAll('\n', '\r\n') : written)
}

describe('a flow that loads', () => {
  const flow = fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...sampleFlows, ...exampleFlows) },
    { weight: 1, arbitrary: generatedFlow },
  )

  test('loads equal in whatever manner YAML has to write the same', () => {
    fc.assert(
      fc.property(flow, manner, ({ text, application }, manner) => {
        const written = rewrite(text, manner)
        expect({ written, problems: problemsIn(written, application) }).toEqual({ written, problems: [] })
        expect(parseYaml({ file, text: written }).value).toEqual(parseYaml({ file, text }).value)
      }),
      { numRuns: 200 },
    )
  })
})

function expectWithin(problems: readonly Problem[], text: string): void {
  const lines = text.split('\n').length
  for (const { line, column, message } of problems) {
    expect(line).toBeGreaterThanOrEqual(1)
    expect(line).toBeLessThanOrEqual(lines)
    expect(column).toBeGreaterThanOrEqual(1)
    expect(message).toMatch(/\S/)
  }
}

const anything = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4 })

/** Maps of the keys that are known there, with anything for their values, or with what is given. */
function keyed(keys: readonly string[], known: Readonly<Record<string, fc.Arbitrary<unknown>>> = {}) {
  const fields = Object.fromEntries(keys.map((key) => [key, known[key] ?? anything]))
  return fc.record(fields, { requiredKeys: [] })
}

const listOf = (item: fc.Arbitrary<unknown>) => fc.oneof(fc.array(item, { maxLength: 3 }), anything)

/** As it stands in a file: a JSON document is YAML. */
const written = (value: fc.Arbitrary<unknown>) =>
  fc.oneof(value, anything).map((value) => JSON.stringify(value, null, 1))

const wire = fc.oneof(fc.constantFrom('a', 'b', 'end', 'break'), anything)
const wires = Object.fromEntries(wireKeys.map((key) => [key, wire]))
const node = fc.oneof(
  ...nodeTypes.map(({ type, config }) => {
    const fields = { type: fc.constant(type), id: fc.constantFrom('a', 'b'), ...wires }
    return keyed([...Object.keys(fields), ...Object.keys(config.properties)], fields)
  }),
)
const trigger = fc.oneof(...triggerTypes.map(({ config }) => keyed([...Object.keys(config.properties), 'then'])))
const anyFlow = keyed(['name', 'description', 'on', 'nodes', 'retry', 'inOrder', 'limits'], {
  on: fc.oneof(trigger, listOf(trigger)),
  nodes: listOf(node),
})

const seeds = keyed(['groups', 'users', 'devices'], {
  groups: listOf(keyed(['name', 'id', 'description'])),
  users: listOf(keyed(['email', 'id', 'password', 'firstName', 'lastName', 'groups'])),
  devices: listOf(keyed(['name', 'id', 'tags', 'attributes', 'deviceClass', 'parentId'])),
})
const anyApplication = keyed(
  ['name', 'id', 'description', 'globals', 'secrets', 'cors', 'http', 'connections', 'seeds', 'resourceType'],
  {
    http: keyed(['allow']),
    connections: fc.dictionary(fc.string(), keyed(['env'])),
    seeds: fc.oneof(seeds, anything),
  },
)

const action = keyed(['request', 'trigger', 'call', 'with', 'expect', 'save', 'user', 'clock'], {
  request: keyed(['method', 'path', 'body', 'headers']),
  expect: keyed(['status', 'body', 'headers', 'visits', 'sent', 'result', 'error']),
  save: fc.dictionary(fc.string(), anything),
})
const anyTests = listOf(
  fc
    .tuple(
      keyed(['name', 'seed', 'random', 'stubs', 'steps'], { name: fc.string(), seed: seeds, steps: listOf(action) }),
      action,
    )
    .map(([whole, step]) => ({ ...step, ...whole })),
)

describe('whatever stands in', () => {
  const application = { file: 'application.yaml', text: 'name: a\n' }

  test('a flow, it loads or its problems lie within the file', () => {
    fc.assert(
      fc.property(written(anyFlow), (text) => {
        expectWithin(problemsIn(text, application), text)
      }),
      { numRuns: 400 },
    )
  })

  test('application.yaml, it loads or its problems lie within the file', () => {
    const [flow] = sampleFlows
    fc.assert(
      fc.property(written(anyApplication), (text) => {
        const sources = [{ file: 'application.yaml', text }, ...(flow ? [{ file, text: flow.text }] : [])]
        const { problems } = loadSources(sources)
        expectWithin(
          problems.filter((problem) => problem.file === 'application.yaml'),
          text,
        )
      }),
      { numRuns: 400 },
    )
  })

  test('a file of tests, it is read or its problems lie within the file', () => {
    const nodeIds = new Map([['flow', new Set(['a'])]])
    fc.assert(
      fc.property(written(anyTests), (text) => {
        expectWithin(readTests({ file: 'flow.test.yaml', text }, nodeIds).problems, text)
      }),
      { numRuns: 400 },
    )
  })

  test('a file of tests that was damaged, its problems lie within the file', () => {
    const folder = new URL('../../../flows/', import.meta.url)
    const texts = readdirSync(folder)
      .filter((name) => name.endsWith('.test.yaml'))
      .map((name) => readFileSync(new URL(name, folder), 'utf8'))
    const bits = [
      '',
      '!any ',
      '!match ',
      '!partial ',
      '<< ',
      ' >>',
      '"',
      '[',
      '}',
      ': ',
      '- ',
      '\n',
      '\t',
      '&a ',
      '*a',
      '\0',
    ]
    const splices = fc.array(fc.tuple(fc.nat(), fc.nat(9), fc.constantFrom(...bits)), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(fc.constantFrom(...texts), splices, (text, splices) => {
        const damaged = splices.reduce((before, [at, length, bit]) => {
          const offset = at % (before.length + 1)
          return before.slice(0, offset) + bit + before.slice(offset + length)
        }, text)
        expectWithin(readTests({ file: 'flow.test.yaml', text: damaged }, new Map()).problems, damaged)
      }),
      { numRuns: 300 },
    )
  })
})
