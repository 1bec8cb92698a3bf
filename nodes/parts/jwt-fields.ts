/** What the nodes for JSON Web Tokens share. No message here contains any part of a key. */

import { TokenError } from 'fast-jwt'
import type { RawConfig } from '../../engine/node.ts'
import { Value } from '../../engine/schema.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { parseJson } from '../../engine/values/json.ts'
import { mendPem } from '../../engine/values/pem.ts'
import { Refused } from './attempt.ts'
import { oneOf } from './one-of.ts'
import { isOfOpenSsl } from './openssl-error.ts'

export const algorithms = [
  ...(['HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const),
] as const
export type Algorithm = (typeof algorithms)[number]

export const algorithmField = oneOf(algorithms, {
  description: 'The algorithm. The flow decides it, never the token.',
  default: 'HS256',
})

/** Accepts any value, so that no error of the engine shows what was given instead of a string. */
export const keyField = (description: string) => Value({ description, examples: ['<< secrets.tokenSecret >>'] })

export type TokenProblem = 'TokenInvalid' | 'TokenExpired' | 'TokenNotActive' | 'KeyInvalid' | 'ClaimsInvalid'

/** A problem of a token, its claims or its key. */
export class TokenRefusal extends Refused {
  override readonly type: TokenProblem

  constructor(type: TokenProblem, message: string, cause?: unknown) {
    super(message, { cause })
    this.type = type
  }
}

export interface Token {
  readonly header: Claims
  readonly payload: Claims
  readonly signature: string
}

export type Claims = Readonly<Record<string, unknown>>

/** The content of a token, genuine or not: RFC 7515, section 5.2, up to its signature. */
export function readToken(token: string): Token {
  const parts = /^([\w-]*)\.([\w-]*)\.([\w-]*)$/.exec(token)
  if (!parts) throw new TokenRefusal('TokenInvalid', 'The token is malformed.')
  const [, header = '', payload = '', signature = ''] = parts
  return { header: readPart('header', header), payload: readPart('payload', payload), signature }
}

function readPart(name: string, base64: string): Claims {
  let value: unknown
  try {
    value = parseJson(Buffer.from(base64, 'base64url').toString())
  } catch (cause) {
    const { message } = cause as Error // a SyntaxError
    throw new TokenRefusal('TokenInvalid', `The ${name} of the token cannot be read. ${message}`, cause)
  }
  if (isMap(value)) return value
  throw new TokenRefusal('TokenInvalid', `The ${name} of the token is not a map.`)
}

/** Throws if the key is not a string, or if it belongs to algorithms of another kind. */
export function readKey(key: unknown, algorithm: Algorithm): string {
  if (typeof key !== 'string' || key === '') throw new TokenRefusal('KeyInvalid', 'The key must be a text.')
  // If a public key were used as a secret, everyone who knows it could sign: RFC 8725, section 2.1.
  if (algorithm.startsWith('HS') && /-----BEGIN |"kty"\s*:/.test(key)) {
    throw notASecret(algorithm)
  }
  return mendPem(key)
}

export function notASecret(algorithm: Algorithm): TokenRefusal {
  return new TokenRefusal('KeyInvalid', `The key belongs to a key pair, but ${algorithm} takes a secret.`)
}

/** The refusal for an error by which the library or OpenSSL rejects a key. Throws any other error, since it is a fault of ours and must not be blamed on the key. */
export function notWithThisKey(algorithm: Algorithm, cause: unknown): TokenRefusal {
  if (!isOfOpenSsl(cause) && !(cause instanceof TokenError)) throw cause
  return new TokenRefusal('KeyInvalid', `The key does not fit ${algorithm}.`, cause)
}

export function refuseCredential({ credentialNameTemplate }: RawConfig): void {
  if (!credentialNameTemplate) return
  throw new Error('Its key is a credential, which an export does not have: give key and algorithm themselves.')
}
