/** The word at a character inside of a template. */

export interface TemplateWord {
  /** Up to the end of the segment at the character: `data.body` of `data.body.name`. */
  readonly text: string
  readonly start: number
  readonly end: number
  /** Whether a helper may stand there: first in the template or in parentheses. */
  readonly mayBeHelper: boolean
}

const inPath = /[\w@.[\]-]/

export function templateWordAt(text: string, offset: number): TemplateWord | undefined {
  const opening = Math.max(text.lastIndexOf('<<', offset - 1), text.lastIndexOf('{{', offset - 1))
  if (opening === -1 || offset < opening + 2) return undefined
  const between = text.slice(opening + 2, offset)
  if (between.includes('>>') || between.includes('}}') || between.includes('\n\n')) return undefined
  let start = offset
  while (start > opening + 2 && inPath.test(text[start - 1] ?? '')) start--
  let end = offset
  while (end < text.length && /[\w@-]/.test(text[end] ?? '')) end++
  if (end === start) return undefined
  const before = text.slice(opening + 2, start)
  return { text: text.slice(start, end), start, end, mayBeHelper: /(?:^|[(#/~])\s*$/.test(before) }
}
