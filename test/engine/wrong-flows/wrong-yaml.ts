/** What is no YAML, or other YAML than was meant. */
import { isCollection, isScalar, type Pair, type YAMLMap } from 'yaml'
import type { FlowText, NodePlace } from './flow-text.ts'
import { type Change, giveValue, type Mutation } from './mutation.ts'

interface Line {
  readonly map: YAMLMap
  readonly pair: Pair
  readonly node: Pick<NodePlace, 'path'>
}

/** Pairs of nodes that stand on a line of their own, with their value. */
function linesOf(flow: FlowText): readonly Line[] {
  return flow.nodes
    .filter(({ isInFlow }) => !isInFlow)
    .flatMap((node) => node.map.items.map((pair) => ({ map: node.map, pair, node })))
    .filter(({ pair }) => isScalar(pair.value) && /^(?:PLAIN|QUOTE_\w+)$/.test(pair.value.type ?? ''))
    .filter(({ pair }) => !flow.text.slice(flow.start(pair.key), flow.end(pair.value)).includes('\n'))
}

function trap(name: string, written: readonly string[]): Mutation {
  return {
    name: `a trap of YAML, ${name},`,
    codes: ['FLOW_YAML_TRAP', 'FLOW_YAML_SYNTAX'],
    isAlone: true,
    changes: (flow) => linesOf(flow).flatMap((line) => written.map((value) => giveValue(flow, line, value))),
  }
}

function merge(flow: FlowText, { map, path }: NodePlace, value: string): Change {
  const edit = flow.addPair(map, `<<: ${value}`)
  return { edits: [edit], at: edit.offset, scope: path }
}

/** The table "What YAML does to templates" of the flow format. */
const traps: readonly Mutation[] = [
  trap('a comment', ['item #<< n >>', 'item # << n >>']),
  trap('a map in a map', ['{{ x }}', '{{ x }} and {{ y }}']),
  trap('an anchor or a tag', ['&<< x >>', '!<< x >>', '!<< x >> && << y >>']),
  trap('a colon or a quote', ['Note: << x >>', "'a' == << x >>", '"a" == << x >>']),
  trap('brackets', ['[ << items.[0] >> ]', '[ << join x ", " >> ]', '{ endpoint: GET /d/{id} }', '[ << f x, y >> ]']),
  trap('a number that was a text', ['000000', '+4512345678', '12345678901234567890', '.inf', '-.INF', '.nan']),
  {
    name: 'a trap of YAML, a merge key,',
    codes: ['FLOW_YAML_TRAP'],
    isAlone: true,
    changes: (flow) => flow.nodes.map((node) => merge(flow, node, '{ a: 1 }')),
  },
  {
    name: 'a trap of YAML, a merge key with an alias,',
    codes: ['FLOW_YAML_TRAP'],
    changes: (flow) => flow.nodes.filter(({ isInFlow }) => !isInFlow).map((node) => merge(flow, node, '*x')),
  },
]

/** Any place of the text but between the two characters that end a line. */
function anywhere(flow: FlowText, insert: string): readonly Change[] {
  const step = Math.max(1, Math.floor(flow.text.length / 50))
  return Array.from({ length: Math.floor(flow.text.length / step) }, (_, index) => index * step).map((offset) => ({
    edits: [{ offset, length: 0, insert }],
    at: offset,
  }))
}

export const wrongYaml: readonly Mutation[] = [
  ...traps,
  {
    name: 'a key that stands twice',
    codes: ['FLOW_YAML_SYNTAX'],
    isAlone: true,
    changes: (flow) =>
      flow.nodes.flatMap(({ map, path }) =>
        map.items.map(({ key }) => ({
          edits: [flow.addPair(map, `${flow.text.slice(flow.start(key), flow.end(key))}: debug`)],
          at: flow.start(key),
          // The second of two that begin the map stands after what is added, wherever that ends.
          further: key === map.items[0]?.key ? flow.addPair(map, `${key}: debug`).insert.length : 0,
          scope: path,
        })),
      ),
  },
  {
    name: 'a tab that indents',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap(({ map, pair }) => {
        const offset = flow.start(pair.key)
        const column = flow.columnOf(offset)
        if (pair === map.items[0] || flow.text.slice(offset - column, offset).trim() !== '') return []
        return [{ edits: [{ offset: offset - column, length: column, insert: '\t' }], at: offset - column }]
      }),
  },
  {
    name: 'a quote that is never closed',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap((line) =>
        ['"', "'"]
          // Another quote further on would close it.
          .filter((quote) => !flow.text.slice(flow.end(line.pair.value)).includes(quote))
          .map((quote) => giveValue(flow, line, `${quote}<< data.a >>`)),
      ),
  },
  {
    name: 'a bracket that is never closed',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap((line) => ['[ a, b', '{ a: b', '[ { a: b ]'].map((value) => giveValue(flow, line, value))),
  },
  {
    name: 'a bracket that closes nothing',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap((line) => [']', '[ a ] ]', '{ a: b } }'].map((value) => giveValue(flow, line, value))),
  },
  {
    name: 'an alias of nothing, or of itself,',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap((line) => ['*nothing', '&self [ *self ]'].map((value) => giveValue(flow, line, value))),
  },
  {
    name: 'an alias too many',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) => linesOf(flow).map((line) => giveValue(flow, line, `[ &a [ x ], ${'*a, '.repeat(100)}*a ]`)),
  },
  {
    name: 'a value that nests too deep',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      linesOf(flow).flatMap((line) => [
        giveValue(flow, line, `${'['.repeat(400)}${']'.repeat(400)}`),
        giveValue(flow, line, '[{a: '.repeat(20_000)),
        giveValue(flow, line, `${'- '.repeat(500)}a`),
      ]),
  },
  {
    name: 'a second document',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      flow.text.endsWith('\n')
        ? ['---\nname: Second\n', '--- a\n'].map((insert) => ({
            edits: [{ offset: flow.text.length, length: 0, insert }],
            at: flow.text.length,
          }))
        : [],
  },
  {
    name: 'a character that is no text',
    codes: ['FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      ['\0', '\u0007', '\u001b[2J', '\u007f', '\ufffd'].flatMap((character) => anywhere(flow, character)),
  },
  {
    name: 'a file that ends in a template',
    codes: ['FLOW_TEMPLATE_SYNTAX', 'FLOW_EXPRESSION_SYNTAX', 'FLOW_YAML_SYNTAX'],
    changes: (flow) =>
      flow.fields
        .filter(({ schema }) => ['template', 'value', 'expression'].includes(schema['x-flowpot'] ?? ''))
        .filter(({ pair, isInFlow }) => !isInFlow && !isCollection(pair.value))
        .flatMap(({ pair }) => {
          const [start, end] = [flow.start(pair.value), flow.end(pair.value)]
          const opening = flow.text.indexOf('<<', start)
          if (opening === -1 || opening > end - 4) return []
          const cut = opening + 5
          return [{ edits: [{ offset: cut, length: flow.text.length - cut, insert: '' }], at: opening }]
        }),
  },
]
