/** Compiles the configuration of a node by the marks of its schema to what the `compile` of its type receives. */
import type { TSchema } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import type { ConfigExpression } from '../check/comparisons.ts'
import type { ConfigText } from '../check/literals.ts'
import type { ConfigRead } from '../check/payload-paths.ts'
import { compileExpression } from '../expressions/expression.ts'
import type { FlowNode } from '../flow/flow-graph.ts'
import type { SchemaChecker } from '../json-schema/schema-problems.ts'
import { type DocumentPath, writePlace } from '../source/position.ts'
import type { FieldProblem } from '../source/problem.ts'
import type { Reporter } from '../source/reporter.ts'
import { compileTemplate, type PathRead } from '../templates/template.ts'
import { parsePath } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'
import { compileValue, hasTemplate, type ValueScope } from './compile-value.ts'

export const valueMissing = defineError<{ site: string; written: string }>(
  'FLOW_VALUE_MISSING',
  500,
  ({ site, written }) => `${site}: ${written} is missing, and the node requires it.`,
)

export const valueUnfit = defineError<{ site: string; written: string; complaint: string }>(
  'FLOW_VALUE_UNFIT',
  500,
  ({ site, written, complaint }) => `${site}: ${written} gave a value that does not fit: ${complaint}`,
)

interface CompiledConfig {
  /** Its type follows from the schema of the node's type. `undefined` if a problem was reported. */
  readonly config: unknown
  readonly reads: readonly ConfigRead[]
  readonly expressions: readonly ConfigExpression[]
  readonly texts: readonly ConfigText[]
}

/** A JSON Schema with the keywords that are read here, which TypeBox's types do not have. */
interface SchemaNode {
  readonly 'x-flowpot'?: string
  readonly 'x-flowpot-of'?: TSchema
  readonly acceptsDigits?: boolean
  readonly isJson?: boolean
  readonly locals?: readonly string[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly additionalProperties?: SchemaNode | boolean
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly anyOf?: readonly SchemaNode[]
}

export function compileConfig(node: FlowNode, checker: SchemaChecker, reporter: Reporter): CompiledConfig {
  const { type, config } = node
  const problemsBefore = reporter.problems.length
  const report = reporter.below(node.at)
  for (const complaint of checker.check(type.config, config)) report(complaint)
  const reads: ConfigRead[] = []
  const expressions: ConfigExpression[] = []
  const texts: ConfigText[] = []
  const htmlFields = type.escapesHtml?.(config) ?? []
  const scope = { node, checker, reporter, report, htmlFields, reads, expressions, texts, isRequired: true }
  const compiled = walk(type.config as SchemaNode, config, [], scope)
  return { config: reporter.problems.length === problemsBefore ? compiled : undefined, reads, expressions, texts }
}

interface WalkScope {
  readonly node: FlowNode
  readonly checker: SchemaChecker
  readonly reporter: Reporter
  /** Reports a problem of a field of the node. */
  readonly report: (problem: FieldProblem) => void
  /** Fields whose templates escape HTML. */
  readonly htmlFields: readonly string[]
  readonly reads: ConfigRead[]
  readonly expressions: ConfigExpression[]
  readonly texts: ConfigText[]
  readonly isRequired: boolean
}

function walk(schema: SchemaNode, raw: unknown, at: DocumentPath, scope: WalkScope): unknown {
  switch (schema['x-flowpot']) {
    case 'template':
      return typeof raw === 'string' ? compileTemplateField(schema, raw, at, scope) : undefined
    case 'expression':
      return compileExpressionField(schema, raw, at, scope)
    case 'path':
      return typeof raw === 'string' ? parseAt(at, scope, () => parsePath(raw)) : undefined
    case 'value':
      return compileValueField(schema, raw, at, scope)
    case 'code':
      return raw
  }
  if (Array.isArray(raw) && schema.items) {
    const items = schema.items
    return raw.map((item: unknown, index) => walk(items, item, [...at, index], { ...scope, isRequired: true }))
  }
  if (schema.anyOf) {
    const fitting = schema.anyOf.find((option) => scope.checker.check(option as TSchema, raw).length === 0)
    return fitting ? walk(fitting, raw, at, scope) : undefined
  }
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return walkMap(schema, raw, at, scope)
  if (typeof raw === 'string' && hasTemplate(raw)) {
    scope.report({
      code: 'FLOW_WRONG_TYPE',
      at,
      message: 'This field takes no template.',
      hint: 'Its value must be known when the flow loads, so write it out.',
    })
  }
  return raw
}

function walkMap(schema: SchemaNode, raw: object, at: DocumentPath, scope: WalkScope): unknown {
  const map: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(raw)) {
    const field = schema.properties?.[key] ?? schemaOfOtherKeys(schema)
    if (!field || key === '__proto__') continue
    const isRequired = schema.required?.includes(key) ?? false
    map[key] = walk(field, value, [...at, key], { ...scope, isRequired })
  }
  return map
}

function schemaOfOtherKeys(schema: SchemaNode): SchemaNode | undefined {
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties
  return schema.patternProperties && Object.values(schema.patternProperties)[0]
}

function compileTemplateField({ isJson = false }: SchemaNode, raw: string, at: DocumentPath, scope: WalkScope) {
  const template = parseAt(at, scope, () => compileTemplate(raw, { escapeHtml: isHtmlField(at, scope), isJson }))
  if (!template) return undefined
  noteReads(template.reads, at, scope)
  scope.texts.push({ at: [...scope.node.at, ...at], text: raw })
  return (payload: Payload) => template.text(payload)
}

function compileExpressionField(schema: SchemaNode, raw: unknown, at: DocumentPath, scope: WalkScope) {
  if (typeof raw !== 'string') return () => raw
  const expression = parseAt(at, scope, () => compileExpression(raw, schema.locals))
  if (!expression) return undefined
  noteReads(expression.reads, at, scope)
  scope.expressions.push({ at: [...scope.node.at, ...at], source: raw, locals: schema.locals ?? [] })
  return (payload: Payload, values?: readonly unknown[]) => expression.evaluate(payload, values)
}

function compileValueField(schema: SchemaNode, raw: unknown, at: DocumentPath, scope: WalkScope) {
  const of = schema['x-flowpot-of']
  const isDynamic = hasTemplate(raw)
  if (of) {
    for (const complaint of scope.checker.check(of, asDigits(schema, raw), isDynamic ? { hasTemplate } : {})) {
      const message = complaint.message.replace(/^The value\b/, String(at.at(-1)))
      scope.report({ ...complaint, message, at: [...at, ...complaint.at] })
    }
  }
  const escapeHtml = isHtmlField(at, scope)
  const valueScope: ValueScope = {
    describe: (place) => describeField(place, scope),
    template(text, place) {
      const template = parseAt(place, scope, () => compileTemplate(text, { escapeHtml }))
      if (!template) return template
      noteReads(template.reads, place, scope)
      scope.texts.push({ at: [...scope.node.at, ...place], text })
      return template
    },
    reportKey: (key, place) =>
      scope.report(
        hasTemplate(key)
          ? {
              code: 'FLOW_WRONG_TYPE',
              at: place,
              atKey: true,
              message: `A key takes no template, and ${key} is a key.`,
              hint: 'Write the key out. An object node can make a map with computed keys.',
            }
          : { code: 'FLOW_UNSAFE_PATH', at: place, atKey: true, message: `"${key}" cannot be a key of a payload.` },
      ),
  }
  const render = compileValue(raw, at, valueScope)
  if (!isDynamic) return of && schema.acceptsDigits ? () => asDigits(schema, raw) : render

  const { isRequired, checker } = scope
  const describe = () => ({
    site: describeField(at, scope),
    written: typeof raw === 'string' ? raw : 'its template',
  })
  return (payload: Payload) => {
    const value = asDigits(schema, render(payload))
    if (value === undefined) {
      if (isRequired) throw valueMissing(describe())
      return undefined
    }
    if (of) {
      const complaint = checker.check(of, value)[0]
      if (complaint) throw valueUnfit({ ...describe(), complaint: complaint.message })
    }
    return value
  }
}

const digits = /^-?\d{1,15}(?:\.\d{1,15})?$/

function asDigits(schema: SchemaNode, value: unknown): unknown {
  return schema.acceptsDigits && typeof value === 'string' && digits.test(value) ? Number(value) : value
}

function isHtmlField(at: DocumentPath, scope: WalkScope): boolean {
  return scope.htmlFields.includes(String(at[0]))
}

function parseAt<T>(at: DocumentPath, scope: WalkScope, parser: () => T): T | undefined {
  return scope.reporter.parse([...scope.node.at, ...at], parser)
}

/** `flows/devices.yaml:12:7 (create-device.with.device.name)`, as errors of a run name a field of a node. */
function describeField(field: DocumentPath, { node, reporter }: WalkScope): string {
  const { line, column } = reporter.place([...node.at, ...field])
  return `${reporter.document.source.file}:${line}:${column} (${writePlace([node.name, ...field])})`
}

function noteReads(reads: readonly PathRead[], at: DocumentPath, scope: WalkScope): void {
  for (const read of reads) scope.reads.push({ ...read, at: [...scope.node.at, ...at] })
}
