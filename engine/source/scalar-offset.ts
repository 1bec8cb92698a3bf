/** Maps a place in a scalar's value back to its place in the YAML source, for every style of scalar. */

export type ScalarStyle = 'plain' | 'single' | 'double' | 'block'

/** What one or more characters of source stand for in the value. */
interface Unit {
  readonly offset: number
  readonly text: string
}

/**
 * The place in `raw`, the scalar as it stands in the source, of `value[offset]`. YAML folds, strips and indents nothing
 * but white space, so the n-th other character of the value is the n-th of the source.
 */
export function sourceOffset(raw: string, style: ScalarStyle, value: string, offset: number): number {
  const before = value.slice(0, Math.max(0, offset))
  const solid = before.replace(/\s/gu, '').length
  const spaces = before.length - before.trimEnd().length
  const units = unitsOf(raw, style)
  let index = 0
  for (let seen = 0; index < units.length && seen < solid; index++) seen += solidLength(units[index])
  // What follows is white space in the source too, or the very character that is sought.
  if (isSolid(value[offset])) while (index < units.length && solidLength(units[index]) === 0) index++
  else for (let left = spaces; left > 0 && index < units.length && solidLength(units[index]) === 0; left--) index++
  return units[index]?.offset ?? raw.length
}

function unitsOf(raw: string, style: ScalarStyle): readonly Unit[] {
  const units: Unit[] = []
  const from = style === 'plain' ? 0 : style === 'block' ? raw.indexOf('\n') + 1 || raw.length : 1
  const pattern = style === 'single' ? /''|[\s\S]/g : style === 'double' ? doubleQuotedUnit : /[\s\S]/g
  pattern.lastIndex = from
  const end = style === 'single' || style === 'double' ? raw.length - 1 : raw.length
  for (let match = pattern.exec(raw); match !== null && match.index < end; match = pattern.exec(raw)) {
    units.push({ offset: match.index, text: style === 'plain' || style === 'block' ? match[0] : meaningOf(match[0]) })
  }
  return units
}

const doubleQuotedUnit = /\\(?:x[\s\S]{2}|u[\s\S]{4}|U[\s\S]{8}|\r\n[ \t]*|\n[ \t]*|[\s\S])|[\s\S]/g

function meaningOf(text: string): string {
  if (text === "''") return "'"
  if (!text.startsWith('\\') || text.length === 1) return text
  if (/^\\[xuU]/.test(text)) {
    const code = Number.parseInt(text.slice(2), 16)
    return code <= 0x10ffff ? String.fromCodePoint(code) : text
  }
  if (/^\\[\r\n]/.test(text)) return ''
  // The escapes for white space; the rest stand for one character that is none.
  return /^\\[tnvfr \tN_LP]/.test(text) ? whiteSpaceOf(text) : 'x'
}

function whiteSpaceOf(text: string): string {
  // NEL is no white space to JavaScript, so in the value it counts as a character too.
  return text === '\\N' ? 'x' : ' '
}

function solidLength(unit: Unit | undefined): number {
  return unit === undefined ? 0 : unit.text.replace(/\s/gu, '').length
}

function isSolid(character: string | undefined): boolean {
  return character !== undefined && /\S/u.test(character)
}
