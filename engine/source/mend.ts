/**
 * Finds the text that YAML broke apart, around the offset of an error, and says what to write instead. The reader replaces
 * it with a harmless text of the same length and reads the file again, so that one trap hides no other problem.
 */
import { wordEscape } from './yaml-error.ts'

export interface Mend {
  readonly offset: number
  readonly length: number
  readonly advice: Advice
}

interface Advice {
  /** `undefined` if the message of the YAML error is the best one. */
  readonly message?: string
  readonly hint: string
}

/** A longer line is not analysed, since a hostile one would take too long. */
const longestLine = 5000

/** `isInFlow` says that `place` is inside brackets that opened on an earlier line. */
export function mendAt(text: string, place: number, isInFlow: boolean): Mend | undefined {
  const start = text.lastIndexOf('\n', place - 1) + 1
  const end = text.indexOf('\n', place)
  const line = text.slice(start, end === -1 ? text.length : end)
  if (line.length > longestLine) return undefined
  const head = headOf(line)
  const value = line.slice(head).trimEnd()
  if (isInFlow || /^(?:\[|\{(?!\{))/.test(value)) return mendInFlow(line, start, place)
  if (value === '' || /^[|>][-+\d]*(?:\s+#.*)?$/.test(value)) return undefined
  return { offset: start + head, length: value.length, advice: adviceForBlock(value) }
}

/** The index at which the value begins: after indentation, dashes and a key. */
function headOf(line: string): number {
  const pattern =
    /^\s*(?:[-?]\s+)*(?:(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|(?!<<|\{\{)[^\s#&*!|>'"%@`[\]{},](?:(?!<<|\{\{)[^#])*?)\s?:(?:\s+|$))?/
  return pattern.exec(line)?.[0].length ?? 0
}

function adviceForBlock(value: string): Advice {
  const hint = `Put the whole text in quotes: ${inQuotes(value)}`
  if (/^\{\{[^{]/.test(value)) {
    const angled = value.replace(/\{\{|\}\}/g, (braces) => (braces === '{{' ? '<<' : '>>'))
    return {
      message: 'YAML reads {{ as a map in a map.',
      hint: `Write ${angled}, or put it in quotes: ${inQuotes(value)}`,
    }
  }
  if (value.startsWith('{{')) return { message: 'YAML reads {{ as a map in a map.', hint }
  const marks: Record<string, string> = { '&': 'an anchor', '*': 'an alias', '!': 'a tag' }
  const mark = marks[value.charAt(0)]
  if (mark !== undefined) return { message: `YAML reads what starts with ${value.charAt(0)} as ${mark}.`, hint }
  const [, indicator, rest] = /^([|>])(?!>)[-+\d]*\s+(.*)$/.exec(value) ?? []
  if (indicator !== undefined && rest !== undefined) {
    return {
      message: `After ${indicator} the text begins on the next line.`,
      hint: `Begin it there, indented, or put it in quotes: ${inQuotes(rest)}`,
    }
  }
  if (/^"(?:\\.|[^"\\])*"$/.test(value)) return adviceForEscape(value)
  if (/^(?:"(?:\\.|[^"\\])*|'(?:''|[^'])*)$/.test(value)) {
    return {
      message: 'The quote that opens here is never closed.',
      hint: 'Close it, or put the whole text in other quotes.',
    }
  }
  if (/^['"]/.test(value)) {
    return { message: 'A text that starts with a quote ends at the next one, and here more follows.', hint }
  }
  if (/\s#/.test(value) && /<<|\{\{/.test(value)) {
    return { message: 'YAML reads everything from the # as a comment, so the template is lost.', hint }
  }
  if (/:\s/.test(value)) return { message: 'YAML reads the colon and the space in this text as a map.', hint }
  return { hint }
}

/** `\x`, `\u` and `\U` are not here: without the right digits they are no escapes, and with them they are no error. */
const escapeOfYaml = /^\\[0abtnvfre"\\/N_LPxuU \t]$/

/** `value` is a text in double quotes that YAML refuses. */
function adviceForEscape(value: string): Advice {
  const unknown = value.match(/\\./g)?.find((pair) => !escapeOfYaml.test(pair))
  if (unknown === undefined) return { hint: wordEscape('').hint }
  const mended = value.replace(/\\./g, (pair) => (escapeOfYaml.test(pair) ? pair : `\\${pair}`))
  const { message, hint } = wordEscape(unknown)
  return { message, hint: value.length > 120 ? hint : `Write ${mended}` }
}

function mendInFlow(line: string, start: number, place: number): Mend | undefined {
  const spans = [
    ...line.matchAll(/"(?:\\.|[^"\\])*"|'(?:''|[^'])*'|<<.*?>>|\{\{.*?\}\}|[^\s,[\]{}'"]+\{[\w?*]+\}[^\s,}]*/g),
  ]
    .map((match) => ({ offset: start + match.index, text: match[0] }))
    .filter((span) => !/^['"]/.test(span.text))
  const span = spans.findLast((span) => span.offset <= place) ?? spans[0]
  return span && { offset: span.offset, length: span.text.length, advice: adviceForFlow(span.text) }
}

function adviceForFlow(text: string): Advice {
  const quoted = `put it in quotes: ${inQuotes(text)}`
  const oneEach = ', or write one line each, without brackets.'
  if (text.startsWith('{{')) {
    return { message: 'YAML reads {{ as a map in a map.', hint: `Write <<${text.slice(2, -2)}>>, or ${quoted}` }
  }
  if (!text.startsWith('<<')) {
    return {
      message: `Inside [ ] and { } YAML reads the braces of ${text} as a map.`,
      hint: `Put the whole text in quotes${oneEach}`,
    }
  }
  if (/\.\[\d+\]/.test(text)) {
    const dotted = text.replace(/\.\[(\d+)\]/g, '.$1')
    return {
      message: 'Inside [ ] and { } YAML reads the bracket of a template as a list.',
      hint: `Write ${dotted}, or ${quoted}`,
    }
  }
  return {
    message: 'Inside [ ] and { } YAML reads commas, quotes and brackets as its own, even in a template.',
    hint: `${quoted.charAt(0).toUpperCase()}${quoted.slice(1)}${oneEach}`,
  }
}

function inQuotes(text: string): string {
  if (text.length > 120) return "'…'"
  if (!text.includes("'")) return `'${text}'`
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`
}
