/** The parameters of a header such as `content-type` or `content-disposition`, as lenient as clients need. */

export interface HeaderValue {
  /** What comes before the parameters, in lower case: `multipart/form-data`. */
  readonly type: string
  /** By name in lower case. If a name is repeated, the first one counts. */
  readonly params: ReadonlyMap<string, string>
}

/** A backslash only escapes a quotation mark, since old browsers send Windows paths without escaping them. */
const param = /;[ \t]*([^\s=;"]+)[ \t]*=[ \t]*(?:"((?:\\"|[^"])*)"|([^;]*))/g

export function parseHeaderValue(header: string): HeaderValue {
  const end = header.indexOf(';')
  if (end === -1) return { type: header.trim().toLowerCase(), params: new Map() }
  const params = new Map<string, string>()
  for (const [, name = '', quoted, plain = ''] of header.slice(end).matchAll(param)) {
    const key = name.toLowerCase()
    if (!params.has(key)) params.set(key, quoted === undefined ? plain.trim() : quoted.replaceAll('\\"', '"'))
  }
  return { type: header.slice(0, end).trim().toLowerCase(), params }
}

/** Takes a text in Latin-1, and returns its bytes with each `%xx` replaced by the byte that it stands for. */
export function percentBytes(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  )
}
