/** Turns a node's raw configuration into what its `compile` receives, by the marks of its schema. */
import type { TSchema } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import type { ConfigRead } from '../check/payload-paths.ts'
import { compileExpression } from '../expressions/expression.ts'
import type { SchemaChecker } from '../json-schema/schema-problems.ts'
import type { RawConfig } from '../node.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Reporter } from '../source/reporter.ts'
import { compileTemplate, type PathRead } from '../templates/template.ts'
import { parsePath } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'
import { compileValue, hasTemplate, type ValueScope } from './compile-value.ts'
import { describeSite, type NodeSite } from './site.ts'

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

export interface ConfigScope {
  readonly node: NodeSite
  readonly checker: SchemaChecker
  readonly reporter: Reporter
  /** Fields whose templates escape HTML. */
  readonly htmlFields: readonly string[]
  /** A value that is exactly one helper is text, as in flows of Losant. */
  readonly helpersGiveText?: boolean
}

export interface CompiledConfig {
  /** Its type follows from the node's own schema. `undefined` if a problem was reported. */
  readonly config: unknown
  readonly reads: readonly ConfigRead[]
}

/** A JSON Schema with the keywords that this walk reads, which TypeBox's types do not have. */
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

export function compileConfig(schema: TSchema, raw: RawConfig, scope: ConfigScope): CompiledConfig {
  const report = scope.reporter.below(scope.node.at)
  const complaints = scope.checker.check(schema, raw)
  for (const complaint of complaints) report(complaint)

  const reads: ConfigRead[] = []
  const problemsBefore = scope.reporter.problems.length
  const compiled = walk(schema as SchemaNode, raw, [], { ...scope, reads, isRequired: true })
  const isWhole = complaints.length === 0 && scope.reporter.problems.length === problemsBefore
  return { config: isWhole ? compiled : undefined, reads }
}

interface WalkScope extends ConfigScope {
  readonly reads: ConfigRead[]
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
    scope.reporter.below(scope.node.at)({
      code: 'FLOW_WRONG_TYPE',
      at,
      message: 'This field takes no template.',
      hint: 'What it says must be known when the flow loads: write it out.',
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
  return (payload: Payload) => template.text(payload)
}

function compileExpressionField(schema: SchemaNode, raw: unknown, at: DocumentPath, scope: WalkScope) {
  if (typeof raw !== 'string') return () => raw
  const expression = parseAt(at, scope, () => compileExpression(raw, schema.locals))
  if (!expression) return undefined
  noteReads(expression.reads, at, scope)
  return (payload: Payload, values?: readonly unknown[]) => expression.evaluate(payload, values)
}

function compileValueField(schema: SchemaNode, raw: unknown, at: DocumentPath, scope: WalkScope) {
  const report = scope.reporter.below(scope.node.at)
  const of = schema['x-flowpot-of']
  const isDynamic = hasTemplate(raw)
  if (of) {
    for (const complaint of scope.checker.check(of, asDigits(schema, raw), isDynamic ? { hasTemplate } : {})) {
      const message = complaint.message.replace(/^The value\b/, String(at.at(-1)))
      report({ ...complaint, message, at: [...at, ...complaint.at] })
    }
  }
  const valueScope: ValueScope = {
    node: scope.node,
    escapeHtml: isHtmlField(at, scope),
    template(text, place) {
      const { helpersGiveText = false } = scope
      const { escapeHtml } = valueScope
      const template = parseAt(place, scope, () => compileTemplate(text, { escapeHtml, helpersGiveText }))
      if (template) noteReads(template.reads, place, scope)
      return template
    },
    reportKey: (key, place) =>
      report(
        hasTemplate(key)
          ? {
              code: 'FLOW_WRONG_TYPE',
              at: place,
              atKey: true,
              message: `${key} is a key, and a key takes no template.`,
              hint: 'Write the key out. The object node makes maps of keys that a run knows.',
            }
          : { code: 'FLOW_UNSAFE_PATH', at: place, atKey: true, message: `"${key}" cannot be a key of a payload.` },
      ),
  }
  const render = compileValue(raw, at, valueScope)
  if (!isDynamic) return of && schema.acceptsDigits ? () => asDigits(schema, raw) : render

  const { isRequired, checker } = scope
  const describe = () => ({
    site: describeSite(scope.node, at),
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

function isHtmlField(at: DocumentPath, scope: ConfigScope): boolean {
  return scope.htmlFields.includes(String(at[0]))
}

function parseAt<T>(at: DocumentPath, scope: ConfigScope, parser: () => T): T | undefined {
  return scope.reporter.parse([...scope.node.at, ...at], parser)
}

function noteReads(reads: readonly PathRead[], at: DocumentPath, scope: WalkScope): void {
  for (const read of reads) scope.reads.push({ ...read, at: [...scope.node.at, ...at] })
}
