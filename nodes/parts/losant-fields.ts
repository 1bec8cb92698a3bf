/** How fields of Losant's exported nodes are translated. */
import type { RawConfig } from '../../engine/node.ts'
import { parsePath } from '../../engine/values/path.ts'

/** The fields that are filled in. Losant exports the others as empty texts, or not at all. */
export function filled(fields: RawConfig): RawConfig {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value))
}

/** Turns the payload path in a field of an exported node into a template of the value there. Throws if the field has no path. */
export function templateAt(path: unknown, field: string): string {
  if (typeof path !== 'string' || path === '') throw new Error(`It has no ${field}.`)
  return `{{${parsePath(path).text}}}`
}

/** Translates a node that converts the value at one path and puts the outcome at another. */
export function translateConversion({ source, destination }: RawConfig): RawConfig {
  return { source: templateAt(source, 'source'), result: destination }
}

/** Translates where the error goes of a node that does not fail the run. Its one output is then also `else`. */
export function translateErrorPath({ errorBehavior, errorPath }: RawConfig): RawConfig {
  return errorBehavior === 'payloadPath' ? filled({ errorResult: errorPath }) : {}
}
