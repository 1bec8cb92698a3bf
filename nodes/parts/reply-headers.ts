/** Checks the headers and cookies of a reply: names when the flow is loaded, values before they reach the socket. */

import { create } from 'content-disposition'
import { defineError } from '../../contracts/errors.ts'
import { listenerHeaders } from '../../engine/listener-headers.ts'
import type { NodeCheck, RawConfig } from '../../engine/node.ts'
import { kindOf } from './kind-of.ts'
import { misplaced } from './misplaced.ts'

/** RFC 9110 5.6.2, `token`. */
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/

/** Characters that Node.js refuses in a header's value. A CR or LF would start a header of the client's choice. */
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

const unsendableHeader = defineError<{ field: string; found: string }>(
  'FLOW_HEADER_UNSENDABLE',
  500,
  ({ field, found }) => `${field} cannot be sent: it ${found}.`,
)

/** A value as header text. Throws if it would break out of its header or cannot be text. */
export function headerText(field: string, value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (typeof value !== 'string') throw unsendableHeader({ field, found: `is ${kindOf(value)}, not a text` })
  const character = unsendable.exec(value)?.[0]
  if (character !== undefined)
    throw unsendableHeader({ field, found: `has ${nameOf(character)} in it${wayOut(character)}` })
  return value
}

/** `undefined` if there is no value; the header is then left out. A list sends the header once per item. */
export function headerValue(field: string, value: unknown): string | readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value)
    ? value.map((item, index) => headerText(`${field}[${index}]`, item))
    : headerText(field, value)
}

/** A redirect's address as header text. Characters outside of ASCII are percent-encoded, as browsers do it. */
export function locationText(field: string, address: string): string {
  const encoded = address.replace(/[^\0-\x7f]/gu, (character) =>
    Array.from(new TextEncoder().encode(character), (byte) => `%${byte.toString(16).toUpperCase()}`).join(''),
  )
  if (encoded.trim() === '') throw unsendableHeader({ field, found: 'is empty' })
  return headerText(field, encoded)
}

/** A header's value. In `location` and `content-disposition`, which have forms for characters outside of ASCII, these are encoded. */
export function namedHeaderValue(name: string, field: string, value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') {
    if (name === 'location' || name === 'content-location') return locationText(field, value)
    if (name === 'content-disposition') return headerText(field, dispositionText(value))
  }
  return headerValue(field, value)
}

/** Includes Latin-1, which some clients would read as UTF-8. */
const beyondAscii = /[^\0-\x7f]/

/** Writes the file name in ASCII, and in full as `filename*`: https://www.rfc-editor.org/rfc/rfc6266. All that follows `filename=` is the name. */
function dispositionText(value: string): string {
  const [, type = '', name = ''] = /^\s*([\w-]+)\s*;\s*filename\s*=\s*(.*?)\s*;?\s*$/is.exec(value) ?? []
  if (type === '' || !beyondAscii.test(name)) return value
  return create(/^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('\\"', '"') : name, { type })
}

/** A cookie's value as text, which is sent percent-encoded. */
export function cookieValue(field: string, value: unknown): string {
  return typeof value === 'string' && !unprintable.test(value) ? value : headerText(field, value)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: no cookie has a line break in it
const unprintable = /[\0-\x1f\x7f]/

/** Headers that no flow may set, and what sets them instead. */
export interface OwnedHeaders {
  readonly names: ReadonlySet<string>
  readonly owner: string
}

const ofServer: OwnedHeaders = { names: listenerHeaders, owner: 'server' }

export function checkHeaderNames({ config, report }: NodeCheck, { names, owner } = ofServer): void {
  const seen = new Map<string, string>()
  for (const name of Object.keys(headersOf(config))) {
    const complain = (message: string, hint?: string) => misplaced(report, ['headers', name], message, hint)
    const lower = name.toLowerCase()
    const twin = seen.get(lower)
    if (!token.test(name))
      complain(`"${name}" cannot name a header.`, 'A name has letters, digits and dashes: x-plant-id.')
    else if (names.has(lower)) complain(`The header ${name} is set by the ${owner}, not by flows.`, 'Remove it.')
    else if (twin !== undefined) complain(`The header ${name} is given twice: ${twin} is the same name.`)
    seen.set(lower, name)
  }
}

export function checkCookies({ config, report }: NodeCheck): void {
  const cookies = Array.isArray(config.cookies) ? config.cookies : []
  cookies.forEach((cookie: RawConfig, index) => {
    if (cookie.sameSite === 'none' && cookie.secure !== true) {
      report({
        code: 'FLOW_MISSING_FIELD',
        at: ['cookies', index, 'sameSite'],
        message: `Browsers drop the cookie ${cookie.name}: sameSite none needs secure.`,
        hint: 'Write secure: true next to it.',
      })
    }
  })
}

/** Whether the flow declares the body to be HTML, SVG or other XML, in all of which browsers run scripts. */
export function saysMarkup(config: RawConfig): boolean {
  return Object.entries(headersOf(config)).some(
    ([name, value]) =>
      name.toLowerCase() === 'content-type' && typeof value === 'string' && /html|\bxml\b/i.test(value),
  )
}

export function headersOf(config: RawConfig): RawConfig {
  const { headers } = config
  return typeof headers === 'object' && headers !== null ? (headers as RawConfig) : {}
}

function wayOut(character: string): string {
  return character > '\x7f' ? ', which headers cannot carry; encode the value, for example with encodeURIComponent' : ''
}

function nameOf(character: string): string {
  if (character === '\r' || character === '\n') return 'a line break'
  return `the character U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}
