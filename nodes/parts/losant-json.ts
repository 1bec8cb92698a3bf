/**
 * Losant parses its JSON templates after rendering them. One whose templates each fill a value, or part of a string, becomes a
 * value with templates of ours.
 */
import { parseJson } from '../../engine/values/json.ts'

/** A template in the place of a value: a path, or its `jsonEncode`. */
const valueTemplate = /^\{\{\{?\s*(?:jsonEncode\s+)?([^\s{}#/()"']+)\s*\}?\}\}$/
const helperNames: ReadonlySet<string> = new Set(['else', 'jsonEncode', 'currentDateTime'])

/** Throws if a template stands for more than a single value, as a block does, or if the rest is not JSON. */
export function valueOfJsonTemplate(text: string): unknown {
  let json = ''
  let isInText = false
  for (let at = 0; at < text.length; ) {
    const template = text.startsWith('{{', at) ? /^\{\{\{.*?\}\}\}|^\{\{.*?\}\}/s.exec(text.slice(at))?.[0] : undefined
    if (template !== undefined) {
      json += isInText ? JSON.stringify(template).slice(1, -1) : JSON.stringify(valueFor(template))
      at += template.length
      continue
    }
    const char = text.charAt(at)
    const part = isInText && char === '\\' ? text.slice(at, at + 2) : char
    if (part === '"') isInText = !isInText
    json += part
    at += part.length
  }
  try {
    return parseJson(json)
  } catch (cause) {
    throw new Error('Its JSON template is not valid JSON once its templates are taken out.', { cause })
  }
}

function valueFor(template: string): string {
  const path = valueTemplate.exec(template)?.[1]
  if (path === undefined || helperNames.has(path)) {
    throw new Error(`In its JSON template, ${template} is more than a single value, which a flow cannot express.`)
  }
  return `{{${path}}}`
}
