import { stringify } from 'yaml'

/** A text as it stands after a key of a YAML file: quoted where it would be read as something else. */
export function yamlText(text: string): string {
  return stringify(text, { lineWidth: 0 }).trimEnd()
}
