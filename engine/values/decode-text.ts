import type { TextDecoder } from 'node:util'

/**
 * Decodes text in two calls, since in one call Node 20 reads windows-1252 as Latin-1, which turns a euro sign into U+0080:
 * https://github.com/nodejs/node/issues/56542. Throws if the decoder is fatal and the bytes are not text in its charset.
 */
export function decodeText(bytes: Uint8Array, decoder: TextDecoder): string {
  return decoder.decode(bytes, { stream: true }) + decoder.decode()
}
