/** Maps an offset in the value of a scalar to its offset in the YAML source, for every style of scalar. */

export type ScalarStyle = 'plain' | 'single' | 'double' | 'block'

/** One or more characters of the source, and their meaning in the value. */
interface Unit {
  readonly offset: number
  readonly text: string
}

/**
 * The offset of `value[offset]` in `raw`, the source of the scalar. YAML only folds, strips and indents white space, so the
 * n-th other character of the value is the n-th other character of the source.
 */
export function sourceOffset(raw: string, style: ScalarStyle, value: string, offset: number): number {
  const before = value.slice(0, Math.max(0, offset))
  const solid = before.replace(/\s/gu, '').length
  const spaces = before.length - before.trimEnd().length
  const units = unitsOf(raw, style)
  let index = 0
  for (let seen = 0; index < units.length && seen < solid; index++) seen += solidLength(units[index])
  // If the character is not white space, skip the white space before it. Otherwise skip as much as the value has.
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
  // These escapes are white space. Any other is one character that is not.
  return /^\\[tnvfr \tN_LP]/.test(text) ? whiteSpaceOf(text) : 'x'
}

function whiteSpaceOf(text: string): string {
  // To JavaScript, NEL is not white space, so it counts as a character of the value.
  return text === '\\N' ? 'x' : ' '
}

function solidLength(unit: Unit | undefined): number {
  return unit === undefined ? 0 : unit.text.replace(/\s/gu, '').length
}

function isSolid(character: string | undefined): boolean {
  return character !== undefined && /\S/u.test(character)
}
