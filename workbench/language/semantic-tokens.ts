/** What the parts of templates are, so that editors can colour them apart from the text round them. */
import { helperNames } from '../../engine/templates/template.ts'

export const tokenTypes = ['operator', 'function', 'variable', 'string', 'number', 'keyword', 'comment'] as const
export type TokenType = (typeof tokenTypes)[number]

export interface TemplateToken {
  readonly start: number
  readonly length: number
  readonly type: TokenType
}

const helpers: ReadonlySet<string> = new Set(helperNames)
/** A flow has a few hundred. The rest of a file that has more stays without colours. */
const maxTokens = 20_000

const opening = /<<<?~?|\{\{\{?~?/y
const closing = /~?>>>?|~?\}\}\}?/y
const part = /"[^"\n]*"|'[^'\n]*'|-?\d+(?:\.\d+)?(?![\w.])|[#/^](?=[\w ])|[()=|]|@?[\w-][\w@.[\]-]*|\S/y

/** In the order of the file. Comments of YAML have none. */
export function templateTokens(text: string): readonly TemplateToken[] {
  const tokens: TemplateToken[] = []
  let at = 0
  while (at < text.length && tokens.length < maxTokens) {
    const next = nextOpening(text, at)
    if (next === undefined) break
    at = readTemplate(text, next, tokens)
  }
  return tokens
}

/** The next `<<` or `{{` that is not part of a comment. */
function nextOpening(text: string, from: number): number | undefined {
  const pattern = /(?:^|\s)#|<<|\{\{/gm
  pattern.lastIndex = from
  for (let found = pattern.exec(text); found; found = pattern.exec(text)) {
    if (!found[0].endsWith('#')) return found.index
    const end = text.indexOf('\n', found.index + 1)
    if (end === -1) return undefined
    pattern.lastIndex = end
  }
  return undefined
}

/** Returns where the template ends: past its closer, or at the end of its line if it has none. */
function readTemplate(text: string, start: number, tokens: TemplateToken[]): number {
  let at = start
  const take = (pattern: RegExp, typeOf: (word: string) => TokenType | undefined): string | undefined => {
    pattern.lastIndex = at
    const word = pattern.exec(text)?.[0]
    if (word === undefined) return undefined
    const type = typeOf(word)
    if (type) tokens.push({ start: at, length: word.length, type })
    at += word.length
    return word
  }
  take(opening, () => 'operator')
  if (text[at] === '!') return endOfComment(text, at, tokens)
  let mayBeHelper = true
  while (at < text.length && text[at] !== '\n') {
    if (/[ \t\r]/.test(text[at] ?? '')) {
      at++
      continue
    }
    if (take(closing, () => 'operator') !== undefined) return at
    const word = take(part, (found) => typeOfPart(found, mayBeHelper))
    if (word === undefined) return at + 1
    mayBeHelper = /^[(#/^]$/.test(word)
  }
  return at
}

function typeOfPart(word: string, mayBeHelper: boolean): TokenType | undefined {
  if (/^["']/.test(word)) return 'string'
  if (/^-?\d/.test(word)) return 'number'
  if (/^[#/^()=|]$/.test(word)) return 'operator'
  if (/^(?:else|true|false|null|undefined|as)$/.test(word)) return 'keyword'
  if (mayBeHelper && helpers.has(word)) return 'function'
  return /^[@\w]/.test(word) ? 'variable' : undefined
}

function endOfComment(text: string, start: number, tokens: TemplateToken[]): number {
  const end = text.slice(start).search(/>>|\}\}|\n/)
  const length = end === -1 ? text.length - start : end
  tokens.push({ start, length, type: 'comment' })
  return start + length + 2
}
