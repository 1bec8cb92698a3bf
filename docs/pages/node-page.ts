import type { Shape } from '../../engine/json-schema/shape.ts'
import { type NodeExample, type NodeType, outputsOf } from '../../engine/node.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { fieldTable, type Schema } from './field-table.ts'
import { code, json, lines, table } from './markdown.ts'

const actions = describeActions()

export function nodePage(type: NodeType): string {
  return lines(
    `# ${type.type}`,
    type.summary,
    type.description,
    type.losant && `In Losant: \`${type.losant.type}\`.`,
    '## Fields',
    fieldTable(type.config as Schema), // TypeBox's types do not have the keywords of JSON Schema
    '## Ways out',
    outputs(type),
    ...writes(type),
    '## Examples',
    ...type.examples.map(example),
  )
}

function outputs(type: NodeType): string {
  const names = sampleOutputs(type)
  if (type.roles?.customNode)
    return 'Those of the custom node. From an output without a wire, the run continues at the next node.'
  if (names.length === 0) return 'None: nothing can follow it.'
  return table(
    ['output', 'without a wire'],
    names.map((output) => [`\`${output}\``, unwired(type, output)]),
  )
}

/** The outputs of a switch are those of one with a single case. */
function sampleOutputs(type: NodeType): readonly string[] {
  return outputsOf(type, { cases: [{}] })
}

function unwired(type: NodeType, output: string): string {
  if (type.throwsUnlessWired?.includes(output)) return 'the run fails'
  if (type.roles?.loop && output === 'do') return 'an iteration visits no nodes'
  return type.roles?.reply ? 'the path ends' : 'the run continues at the next node'
}

/** Asks the type what it writes, with each of its path fields set to the field's own name. */
function writes(type: NodeType): string[] {
  const fields = Object.entries((type.config as Schema).properties ?? {})
  const config = Object.fromEntries(
    fields.filter(([, field]) => field['x-flowpot'] === 'path').map(([name]) => [name, name]),
  )
  const rows = sampleOutputs(type).flatMap((output) =>
    (type.writes?.(config, output, actions) ?? []).map(({ path, shape }) => [
      `\`${output}\``,
      `\`${path}\``,
      describeShape(shape),
    ]),
  )
  return rows.length === 0 ? [] : ['## What it writes', table(['output', 'field with the path', 'value'], rows)]
}

function describeShape(shape: Shape): string {
  return shape.kind === 'anything'
    ? 'the answer'
    : shape.kind === 'scalar'
      ? 'a text, number or boolean'
      : `\`${outline(shape)}\``
}

function outline(shape: Shape): string {
  if (shape.kind === 'list') return `[${outline(shape.items)}]`
  if (shape.kind !== 'object') return '…'
  const keys = [...shape.keys].map(([key, below]) =>
    below.kind === 'scalar' || below.kind === 'anything' ? key : `${key}: ${outline(below)}`,
  )
  return `{ ${[...keys, ...(shape.open ? ['…'] : [])].join(', ')} }`
}

function example(shown: NodeExample): string {
  const { title, yaml, payload, answers, users, responses, stored, earlier, buttons, flows = {}, on, expect } = shown
  const { output, payload: after = {}, stored: left, reply, sent, error, returned } = expect
  const indented = yaml.split('\n').map((line, index) => `${index === 0 ? '- ' : '  '}${line}`)
  const outcome = [
    output && `The output is \`${output}\`.`,
    sent && (sent.length === 0 ? 'It sends nothing.' : `It sends:\n\n${json(sent)}`),
    returned && `The custom node returns:\n\n${json(returned)}`,
    reply && `The reply is:\n\n${json(reply)}`,
    Object.keys(after).length > 0 && `Then the payload has:\n\n${json(after)}`,
    left && `Then the flow has stored:\n\n${json(left)}`,
    error && `The run fails: \`${error}\``,
  ]
  return lines(
    `### ${title}`,
    code('yaml', indented.join('\n')),
    on && `In a flow with \`on: ${on}\`.`,
    ...Object.entries(flows).map(([id, flow]) => `If \`${id}.yaml\` is:\n\n${code('yaml', flow)}`),
    Object.keys(payload).length > 0 ? `With the payload:\n\n${json(payload)}` : undefined,
    answers && `If the platform answers:\n\n${json(answers)}`,
    responses && `If the host answers:\n\n${json(responses)}`,
    users && `If this user exists:\n\n${json(users)}`,
    stored && `If the flow has stored:\n\n${json(stored)}`,
    buttons && `If these flows have a button:\n\n${json(buttons)}`,
    earlier && `After runs with the payloads:\n\n${json(earlier)}`,
    ...outcome.filter((text) => typeof text === 'string'),
  ).trimEnd()
}
