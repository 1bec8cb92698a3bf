/** What is said of the thing under the pointer, in Markdown. */
import { customNodeKey } from '../../engine/custom-node.ts'
import { shapeAt } from '../../engine/json-schema/shape.ts'
import type { JsonSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { type NodeType, outputsOf } from '../../engine/node.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { documentationOf, placeSchemas, typeName } from './complete/complete-keys.ts'
import { nodesIn } from './flow-names.ts'
import { helperSignatures } from './helper-signatures.ts'
import type { LanguageFile } from './language-file.ts'
import { nameAt, sameNames } from './navigate.ts'
import type { Name } from './occurrences.ts'
import { describeShape, nodeAround, segmentsOf, shapesOf, writersOf } from './payload-at.ts'
import { descriptionIn } from './schema-walk.ts'
import { type TemplateWord, templateWordAt } from './template-at.ts'
import { dataOf, readTree, scalarAt, valueAt } from './yaml-place.ts'

export interface HoverText {
  readonly markdown: string
  /** Characters of the file's text. */
  readonly start: number
  readonly end: number
}

export function hover(file: LanguageFile, offset: number): HoverText | undefined {
  const { text } = file.source
  const tree = readTree(file.source.file, text)
  const place = tree && scalarAt(tree, offset)
  if (!tree || !place) return undefined
  const raw = dataOf(tree)
  const word = place.isKey ? undefined : templateWordAt(text, offset)
  const name = word ? undefined : nameAt(file, offset)
  const markdown = word
    ? describeWord(file, raw, place.path, word)
    : name
      ? describeName(file, raw, name)
      : place.isKey
        ? describeKey(file, raw, place.path)
        : describeValue(file, raw, place.path)
  const [start, end] = word
    ? [word.start, word.end]
    : [place.node.range?.[0] ?? offset, place.node.range?.[1] ?? offset]
  return markdown === undefined ? undefined : { markdown, start, end }
}

function describeWord(file: LanguageFile, raw: unknown, path: DocumentPath, word: TemplateWord): string | undefined {
  const helper = Object.hasOwn(helperSignatures, word.text) ? helperSignatures[word.text] : undefined
  if (helper && word.mayBeHelper) return `${code(helper.signature)}\n\n${helper.summary}`
  const segments = segmentsOf(word.text)
  if (!segments || file.kind !== 'flow') return undefined
  const shapes = shapesOf(file, raw)
  const node = nodeAround(shapes, path)
  const before = node && shapes.before.get(node)
  if (!node || !before) return undefined
  const shape = shapeAt(before, segments)
  if (!shape) return `${code(word.text)}\n\nNothing before this node can have written it.`
  const writers = writersOf(shapes, node, segments.join('.'), file).map(
    ({ name, type }) => `- \`${name}\` (${type.type})`,
  )
  const keys =
    shape.kind === 'object' && shape.keys.size > 0
      ? `It has: ${[...shape.keys.keys()].map((key) => `\`${key}\``).join(', ')}.`
      : ''
  const written =
    writers.length > 0 ? `Written by:\n${writers.join('\n')}` : 'It stands on the payload when the flow begins.'
  return [`${code(`${word.text}: ${describeShape(shape)}`)}`, keys, written].filter(Boolean).join('\n\n')
}

function describeKey(file: LanguageFile, raw: unknown, path: DocumentPath): string | undefined {
  const key = String(path.at(-1))
  const map = valueAt(raw, path.slice(0, -1))
  const trigger = file.checked.scope.triggerTypes.find((type) => type.key === key)
  if (path[0] === 'on' && trigger && isMap(map))
    return [`**${key}**: ${trigger.summary}`, trigger.description].filter(Boolean).join('\n\n')
  const fields = placeSchemas(file, { raw, path: path.slice(0, -1) }).flatMap(({ properties }) =>
    isMap(properties) && isMap(properties[key]) ? [properties[key]] : [],
  )
  const field: JsonSchema | undefined = fields.find(({ description }) => description !== undefined) ?? fields[0]
  const documentation = field && documentationOf(file.schema, field)
  const type = field && typeName(file.schema, field)
  if (documentation === undefined && type === undefined) return undefined
  return [`**${key}**${type === undefined ? '' : `: ${type}`}`, documentation].filter(Boolean).join('\n\n')
}

function describeValue(file: LanguageFile, raw: unknown, path: DocumentPath): string | undefined {
  const value = valueAt(raw, path)
  const map = valueAt(raw, path.slice(0, -1))
  const { nodeTypes, actions } = file.checked.scope
  const key = path.at(-1)
  if (key === 'type' && typeof value === 'string') {
    const type = nodeTypes.get(value)
    if (type && isMap(map)) return describeType(type.roles?.customNode?.resolve?.(map) ?? type, map)
  }
  if (key === 'call' && typeof value === 'string' && Object.hasOwn(actions, value)) {
    const { summary, params, result } = actions[value] ?? { summary: '', params: {}, result: {} }
    return [`**${value}**: ${summary}`, describeFields('Parameters', params), describeFields('Result', result)]
      .filter(Boolean)
      .join('\n\n')
  }
  return descriptionIn(placeSchemas(file, { raw, path }))
}

function describeType(type: NodeType, node: Readonly<Record<string, unknown>>): string {
  const outputs = outputsOf(type, node).map((output) => `\`${output}\``)
  const ways = outputs.length === 0 ? 'It ends the path.' : `Outputs: ${outputs.join(', ')}.`
  return [`**${type.type}**: ${type.summary}`, ways, type.description].filter(Boolean).join('\n\n')
}

function describeFields(title: string, schema: JsonSchema): string | undefined {
  const { properties, required } = schema
  if (!isMap(properties) || Object.keys(properties).length === 0) return undefined
  const needed = Array.isArray(required) ? required : []
  const lines = Object.entries(properties).map(([name, field]) => {
    const about = isMap(field) && typeof field.description === 'string' ? `: ${field.description}` : ''
    return `- \`${name}\`${needed.includes(name) && title === 'Parameters' ? ' (required)' : ''}${about}`
  })
  return `${title}:\n${lines.join('\n')}`
}

/** A node, a custom node, a button or a stored key, by where it is defined. */
function describeName(file: LanguageFile, raw: unknown, name: Name): string | undefined {
  const all = sameNames(file, name)
  const defined = all.find(({ isDefinition }) => isDefinition)
  const uses = all.filter(({ isDefinition }) => !isDefinition).length
  const counted = `Used ${uses === 1 ? 'once' : `${uses} times`}.`
  if (name.kind === 'custom node') return describeCustomNode(file, name.name, counted)
  if (name.kind !== 'node') return `**${name.name}**: ${name.kind}${defined ? ` of ${defined.file}` : ''}. ${counted}`
  const document = file.checked.documents.find(({ source }) => source.file === defined?.file)
  const flow = document?.source.file === file.source.file ? raw : document?.value
  const node = nodesIn(flow).find(({ id }) => id === name.name)
  const type = node && file.checked.scope.nodeTypes.get(node.type)
  return [
    `**${name.name}**: node of type \`${node?.type ?? '?'}\` in ${defined?.file ?? 'no flow'}`,
    type?.summary,
    counted,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function describeCustomNode(file: LanguageFile, name: string, counted: string): string | undefined {
  const spec = file.checked.scope.customNodes.known.get(name)
  if (!spec) return undefined
  const inputs = [...spec.inputs].map(([input, { schema, isRequired }]) => {
    const about = typeof schema.description === 'string' ? `: ${schema.description}` : ''
    return `- \`${input}\`${isRequired ? ' (required)' : ''}${about}`
  })
  return [
    `**${name}**: ${customNodeKey}`,
    spec.description,
    inputs.length > 0 ? `Inputs:\n${inputs.join('\n')}` : undefined,
    `Outputs: ${spec.outputs.map((output) => `\`${output}\``).join(', ')}.`,
    counted,
  ]
    .filter(Boolean)
    .join('\n\n')
}

function code(text: string): string {
  return `\`\`\`\n${text}\n\`\`\``
}
