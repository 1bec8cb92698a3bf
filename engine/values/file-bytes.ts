/** Bytes on a payload, such as an uploaded file or a body that is not text. JSON has no bytes, so they are Base64. */
import { Buffer } from 'node:buffer'
import { isMap } from './is-map.ts'

export interface FileBytes {
  /** The client's name of a file. */
  readonly filename?: string
  readonly contentType: string
  readonly encoding: 'base64'
  readonly content: string
}

export function fileBytes(bytes: Buffer, contentType: string, filename?: string): FileBytes {
  const content = bytes.toString('base64')
  return { ...(filename === undefined ? {} : { filename }), contentType, encoding: 'base64', content }
}

/** A map with bytes, which a client may have made. */
interface BytesMap extends Pick<FileBytes, 'encoding' | 'content'> {
  readonly filename?: unknown
  readonly contentType?: unknown
}

export function isFileBytes(value: unknown): value is BytesMap {
  return isMap(value) && value.encoding === 'base64' && typeof value.content === 'string'
}

const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/

/** `undefined` if the text is not Base64: Node.js would silently skip what it cannot read. */
export function base64Bytes(text: string): Buffer | undefined {
  return base64.test(text) ? Buffer.from(text, 'base64') : undefined
}
