import { type Static, Type } from 'typebox'
import { shapeOfValue } from '../../engine/compile/shape-of-value.ts'
import { anything } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig, type Write } from '../../engine/node.ts'
import { PathTo, Template, Value } from '../../engine/schema.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { parseJson } from '../../engine/values/json.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { readJsonField } from '../parts/json-field.ts'
import { templateAt } from '../parts/losant-fields.ts'
import { copyOf, put, valueOrMissing } from '../parts/payload-values.ts'
import { written } from '../parts/written.ts'

const Rule = Type.Union([
  Type.Object({ set: PathTo(), to: Value() }),
  Type.Object({ set: PathTo(), json: Template({ isJson: true }) }),
  Type.Object({ move: PathTo(), to: PathTo() }),
  Type.Object({ remove: PathTo() }),
])

export const mutate = defineNode({
  type: 'mutate',
  losant: { type: 'MutateNode', translate },
  summary: 'Sets, moves and removes values of the payload.',
  description: `| rule | what it does |
|---|---|
| \`set: PATH\`, \`to: VALUE\` | sets the path to a value: any YAML with templates. \`to: << PATH >>\` copies |
| \`set: PATH\`, \`json: TEXT\` | sets the path to the text, once its templates are filled in, parsed as JSON |
| \`move: PATH\`, \`to: PATH\` | moves a value from one path to another |
| \`remove: PATH\` | removes a key of a map, or an item of a list; does nothing if there is none |

The rules are applied from top to bottom, and each sees what the earlier ones did. If a value is missing, its path is
removed.

\`json\` is for structures that depend on the payload, such as a key that it names. Write what a client sent with \`jsonEncode\`,
which keeps it a single value, and \`null\` if it is missing: \`{ << jsonEncode data.key >>: << jsonEncode data.value >> }\`. Text that is not JSON fails the run.`,
  config: Type.Object({
    rules: Type.Array(Rule, { maxItems: 100, description: 'The rules, applied from top to bottom.' }),
  }),
  outputs: ['next'],
  writes: ({ rules }) => (Array.isArray(rules) ? rules.filter(isMap).flatMap(writesOf) : []),
  compile: ({ rules }) => {
    return (payload) => {
      rules.forEach((rule, index) => {
        follow(rule, payload, index)
      })
      return 'next'
    }
  },
  examples: [
    {
      title: 'Values set, moved and removed',
      yaml: `type: mutate
rules:
  - { set: data.order.by, to: << experience.user.id >> }
  - { move: data.body.items, to: data.order.items }
  - { remove: data.body.password }`,
      payload: {
        data: { body: { items: [1, 2], password: 'swordfish' } },
        experience: { user: { id: '5f1c2d3e4f5a6b7c8d9e0f1a' } },
      },
      expect: {
        output: 'next',
        payload: { data: { body: {}, order: { by: '5f1c2d3e4f5a6b7c8d9e0f1a', items: [1, 2] } } },
      },
    },
    {
      title: 'A key that the payload names',
      yaml: `type: mutate
rules:
  - set: data.setting
    json: '{ << jsonEncode data.body.name >>: << jsonEncode data.body.value >> }'`,
      payload: { data: { body: { name: 'a "b"', value: { c: 1 } } } },
      expect: { output: 'next', payload: { 'data.setting': { 'a "b"': { c: 1 } } } },
    },
    {
      title: 'Text that is not JSON',
      yaml: `type: mutate
rules:
  - { set: data.limit, json: << data.query.limit >> }`,
      payload: { data: { query: { limit: 'many' } } },
      expect: { error: 'rules[0].json: The text is not valid JSON' },
    },
  ],
})

function follow(rule: Static<typeof Rule>, payload: Payload, index: number): void {
  if ('json' in rule) rule.set.set(payload, readJsonField(rule.json(payload), `rules[${index}].json`))
  else if ('set' in rule) put(rule.set, payload, copyOf(valueOrMissing(rule.to, payload)))
  else if ('move' in rule) {
    const value = rule.move.get(payload)
    rule.move.delete(payload)
    put(rule.to, payload, value)
  } else rule.remove.delete(payload)
}

/** The paths that a rule writes. For the check, a removed path may still exist: it cannot express that one is gone. */
function writesOf({ set, move, to }: RawConfig): readonly Write[] {
  if (typeof set === 'string') return [{ path: set, shape: to === undefined ? anything : shapeOfValue(to) }]
  return move === undefined ? [] : written(to, anything)
}

function translate({ rules }: RawConfig): RawConfig {
  if (!Array.isArray(rules)) throw new Error('A mutate node has no rules.')
  return { rules: rules.map(translateRule) }
}

function translateRule({ type, source, destination, ...set }: RawConfig): RawConfig {
  switch (type) {
    case 'set':
      return { set: destination, ...translateValue(set) }
    case 'copy':
      return { set: destination, to: templateAt(source, 'source') }
    case 'move':
      return { move: source, to: destination }
    case 'remove':
      return { remove: source }
    default:
      throw new Error(`A rule of the type ${type} has no counterpart.`)
  }
}

/** The value of a rule. JSON without a template becomes the value itself. */
function translateValue({ valueTemplate, valueTemplateType }: RawConfig): RawConfig {
  if (valueTemplateType !== 'json' || typeof valueTemplate !== 'string') return { to: valueTemplate }
  if (valueTemplate.includes('{{')) return { json: valueTemplate }
  try {
    return { to: parseJson(valueTemplate) }
  } catch {
    throw new Error(`A rule sets a value that is not valid JSON: ${valueTemplate}`)
  }
}
