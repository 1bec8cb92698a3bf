/**
 * Compiles any YAML that contains templates to a function of the payload. A template fills exactly one value of a structure,
 * so what it renders can never break out of it.
 */
import { defineError } from '../../contracts/errors.ts'
import type { CompiledValue } from '../schema.ts'
import type { DocumentPath } from '../source/position.ts'
import type { Template } from '../templates/template.ts'
import { unsafeNames } from '../values/path.ts'
import type { Payload } from '../values/payload.ts'

export const missingInList = defineError<{ site: string; template: string }>(
  'FLOW_MISSING_IN_LIST',
  500,
  ({ site, template }) => `${site}: ${template} is missing, and a list cannot have a gap.`,
)

export interface ValueScope {
  /** Names a field in an error. */
  describe(at: DocumentPath): string
  /** Compiles the string in a field. Returns `undefined` once a problem of it is reported. */
  template(text: string, at: DocumentPath): Template | undefined
  /** Reports a key that no payload can have, or one that contains a template. */
  reportKey(key: string, at: DocumentPath): void
}

/** `at` is the field's path within the node. Every call builds new maps and lists, so that no run can change those of another. */
export function compileValue(raw: unknown, at: DocumentPath, scope: ValueScope): CompiledValue {
  if (typeof raw === 'string') return compileText(raw, at, scope)
  if (Array.isArray(raw)) return compileList(raw, at, scope)
  if (typeof raw === 'object' && raw !== null) return compileMap(raw, at, scope)
  return () => raw
}

function compileText(raw: string, at: DocumentPath, scope: ValueScope): CompiledValue {
  const template = scope.template(raw, at)
  if (!template) return () => undefined
  if (template.isLiteral) {
    const text = template.text({})
    return () => text
  }
  return (payload) => template.value(payload)
}

function compileList(raw: readonly unknown[], at: DocumentPath, scope: ValueScope): CompiledValue {
  const items = raw.map((item, index) => compileValue(item, [...at, index], scope))
  return (payload) =>
    items.map((item, index) => {
      const value = item(payload)
      if (value !== undefined) return value
      throw missingInList({ site: scope.describe([...at, index]), template: String(raw[index]) })
    })
}

function compileMap(raw: object, at: DocumentPath, scope: ValueScope): CompiledValue {
  const entries = Object.entries(raw).map(([key, value]) => {
    // A bare << is a merge key, which the YAML's own check has reported.
    if (unsafeNames.has(key) || (key !== '<<' && hasTemplate(key))) scope.reportKey(key, [...at, key])
    return { key, value: compileValue(value, [...at, key], scope) }
  })
  return (payload: Payload) => {
    const map: Record<string, unknown> = {}
    for (const { key, value } of entries) {
      const rendered = value(payload)
      if (rendered !== undefined) map[key] = rendered
    }
    return map
  }
}

/** Whether a value contains a template. */
export function hasTemplate(raw: unknown): boolean {
  if (typeof raw === 'string') return /<<|\{\{/.test(raw)
  if (Array.isArray(raw)) return raw.some(hasTemplate)
  return typeof raw === 'object' && raw !== null && Object.values(raw).some(hasTemplate)
}
