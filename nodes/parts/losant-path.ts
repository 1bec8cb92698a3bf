import { parsePath } from '../../engine/values/path.ts'

/** Of an exported node: the payload path in one of its fields, as a template of what stands there. Throws where there is none. */
export function templateAt(path: unknown, field: string): string {
  if (typeof path !== 'string' || path === '') throw new Error(`It has no ${field}.`)
  return `{{${parsePath(path).text}}}`
}
