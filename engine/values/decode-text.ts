import type { TextDecoder } from 'node:util'

/**
 * Decodes text of a charset. In one call Node 20 takes windows-1252 for Latin-1, so that a euro sign becomes U+0080; in two it does not:
 * https://github.com/nodejs/node/issues/56542. Throws where the decoder is fatal and the bytes are not text in its charset.
 */
export function decodeText(bytes: Uint8Array, decoder: TextDecoder): string {
  return decoder.decode(bytes, { stream: true }) + decoder.decode()
}
