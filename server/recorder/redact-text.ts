/**
 * Removes secrets that a text itself shows to be secrets: `password=…`, a bearer token, a JWT.
 *
 * Clients write the texts, so the time of each pattern must be linear in the length of the text: what precedes a match is of bounded length, and
 * no part of the text is searched twice. A test tries the patterns on hostile texts.
 */
import { isNamedByWords, redacted, type SecretNames } from '../../engine/secret-names.ts'

/** The name in `"password": "…"`, `token=…` or `API key: …`, with the word before it. */
const named = /(?<![\p{L}\p{N}_.-])((?:[\p{L}\p{N}_.-]+ )?([\p{L}\p{N}_.-]+))(["'\\]{0,4}\s{0,5}[=:]\s{0,5})/gu
/** The value after it. A quote that is not closed ends with the text, which may have been cut. */
const value = /\\?"(?:[^"\\]|\\[^"])*(?:\\?"|\\?$)|'[^']*(?:'|$)|[^\s"'&,;}\])<>]+/y
const isRedacted = /["'\\]{0,4}\[redacted\]/y
/** The whole line of `Authorization: Digest …` or `Cookie: a=b; c=d`. */
const header =
  /((?:authori[sz]ation|cookie)["'\\]{0,4}\s{0,5}[=:](?![\s"'\\]{0,8}\[redacted\])\s{0,5}["'\\]{0,3})[^"'\\\r\n]+/gi
const bearer = /\b(Bearer\s{1,5})[\w.~+/-]{6,}=*/gi
const basic = /\b(Basic\s{1,5})(?=[A-Za-z+/]{0,200}[\d=])[\w+/-]{6,}=*/gi
/** Looks ahead for the dots once in each row of such characters. Otherwise every `eyJ` in the row would look for them. */
const jsonWebToken = /(?<![\w-])(?=[\w-]+\.[\w-]{5,}\.)([\w-]*?\b)eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g
const userInfo = /\/\/[^/\s:@]{0,256}:[^/\s@]{1,256}@/g

/** A text that does not match this matches none of the patterns above. */
const mayHoldToken = /[=:]|eyJ|bearer|basic/i

export const patterns = { named, header, bearer, basic, jsonWebToken, userInfo, mayHoldToken }

export function redactText(text: string, names: SecretNames): string {
  if (!mayHoldToken.test(text)) return text
  let out = text
  if (/[=:]/.test(out)) {
    out = out.replace(header, `$1${redacted}`)
    out = redactNamed(out, names)
    out = out.replace(userInfo, `//${redacted}@`)
  }
  return out.replace(jsonWebToken, `$1${redacted}`).replace(bearer, `$1${redacted}`).replace(basic, `$1${redacted}`)
}

function redactNamed(text: string, names: SecretNames): string {
  let out = ''
  let at = 0
  for (const { 0: found, 1: words = '', 2: name = '', 3: sign = '', index } of text.matchAll(named)) {
    const start = index + found.length
    if (index < at || !isNamed(words, name, sign, names) || matchAt(isRedacted, text, start) !== undefined) continue
    const secret = matchAt(value, text, start)
    if (secret === undefined) continue
    const [quote = ''] = /^\\?["']/.exec(secret) ?? []
    out += `${text.slice(at, start)}${quote}${redacted}${quote}`
    at = start + secret.length
  }
  return out + text.slice(at)
}

function isNamed(words: string, name: string, sign: string, names: SecretNames): boolean {
  // `Signature: invalid` describes a signature and does not contain one.
  if (names.isSecretName(name) && (/^["'\\=]/.test(sign) || !names.isNameOfText(name))) return true
  return words !== name && isNamedByWords(words)
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
