/**
 * Takes out of a text what it shows to be a secret itself: `password=…`, a bearer token, a JWT.
 *
 * Clients write what these patterns read, so each takes a time that grows with the length of the text alone: what precedes a match is of bounded
 * length, and what a match is looked for in is either taken or not looked at again. A test tries them on hostile texts.
 */
import { isNamedByWords, redacted, type SecretNames } from '../../engine/secret-names.ts'

/** The name in `"password": "…"`, `token=…` or `API key: …`, with the word before it. */
const named = /(?<![\p{L}\p{N}_.-])((?:[\p{L}\p{N}_.-]+ )?([\p{L}\p{N}_.-]+))(["'\\]{0,4}\s{0,5}[=:]\s{0,5})/gu
/** What follows it. A quote that is not closed ends with the text, which may have been cut. */
const value = /\\?"(?:[^"\\]|\\[^"])*(?:\\?"|\\?$)|'[^']*(?:'|$)|[^\s"'&,;}\])<>]+/y
const isRedacted = /["'\\]{0,4}\[redacted\]/y
/** `Authorization: Digest …`, `Cookie: a=b; c=d`: all of the line. */
const header =
  /((?:authori[sz]ation|cookie)["'\\]{0,4}\s{0,5}[=:](?![\s"'\\]{0,8}\[redacted\])\s{0,5}["'\\]{0,3})[^"'\\\r\n]+/gi
const bearer = /\b(Bearer\s{1,5})[\w.~+/-]{6,}=*/gi
const basic = /\b(Basic\s{1,5})(?=[A-Za-z+/]{0,200}[\d=])[\w+/-]{6,}=*/gi
/** Looks ahead for the dots once in a row of such characters. Every `eyJ` in the row would look for them otherwise. */
const jsonWebToken = /(?<![\w-])(?=[\w-]+\.[\w-]{5,}\.)([\w-]*?\b)eyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g
const userInfo = /\/\/[^/\s:@]{0,256}:[^/\s@]{1,256}@/g

/** None of the patterns above is found without. */
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
  // `Signature: invalid` is said of one.
  if (names.isSecretName(name) && (/^["'\\=]/.test(sign) || !names.isNameOfText(name))) return true
  return words !== name && isNamedByWords(words)
}

function matchAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}
