import { stringify } from 'yaml'

/** Writes a text as a value of YAML, quoted if it would be read as something else. */
export function yamlText(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd()
}
