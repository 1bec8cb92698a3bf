/** These never throw: half a surrogate pair is encoded as U+FFFD, and text that cannot be decoded stays as it is. */
import querystring from 'node:querystring'
import { isObject, toText } from '../../values/coerce.ts'
import { writeMarkup } from '../../values/markup.ts'
import type { ValueHelper } from '../helper.ts'

export const encoding: Readonly<Record<string, ValueHelper>> = {
  encodeURI: ([value]) => encodeURI(wellFormed(value)),
  encodeURIComponent: ([value]) => encodeURIComponent(wellFormed(value)),
  decodeURI: ([value]) => decodeWith(decodeURI, toText(value)),
  decodeURIComponent: ([value]) => decodeWith(decodeURIComponent, toText(value)),
  encodeBase64: ([value]) => Buffer.from(toText(value), 'utf8').toString('base64'),
  decodeBase64: ([value]) => Buffer.from(toText(value), 'base64').toString('utf8'),
  /** `document` is what the node `html-parser` returns as JSON. */
  toHtml: ([document]) => writeMarkup(document),
  /** The key of a list is repeated for each item. */
  queryStringEncode: ([value]) => {
    if (!isObject(value)) return ''
    const entries = Object.entries(value).map(
      ([key, item]) => [wellFormed(key), Array.isArray(item) ? item.map(wellFormed) : wellFormed(item)] as const,
    )
    return querystring.stringify(Object.fromEntries(entries))
  },
}

function wellFormed(value: unknown): string {
  return Buffer.from(toText(value), 'utf8').toString('utf8')
}

function decodeWith(decode: (text: string) => string, text: string): string {
  try {
    return decode(text)
  } catch {
    return text
  }
}
