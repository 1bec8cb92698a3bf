import { parsePath } from '../../engine/values/path.ts'

/** Turns the payload path in a field of an exported node into a template of the value there. Throws if the field has no path. */
export function templateAt(path: unknown, field: string): string {
  if (typeof path !== 'string' || path === '') throw new Error(`It has no ${field}.`)
  return `{{${parsePath(path).text}}}`
}
