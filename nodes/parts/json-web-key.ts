/** Reads JWKs (RFC 7517) and sets of them, in which the `kid` of a token names one. No message here contains any part of a key. */
import { createPrivateKey, createPublicKey, type JsonWebKey } from 'node:crypto'
import { isMap } from '../../engine/values/is-map.ts'
import { parseJson } from '../../engine/values/json.ts'
import { type Algorithm, notASecret, readKey, TokenRefusal } from './jwt-fields.ts'

/** A key as the JWT library takes it: PEM, or the bytes of a secret. */
export type SigningKey = string | Buffer

/** The type of key (RFC 7518, section 6.1, and RFC 8037) for the first letters of an algorithm. */
const keyTypes: Readonly<Record<string, string>> = { HS: 'oct', RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' }
export const curves: Readonly<Partial<Record<Algorithm, string>>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' }

type Jwk = Readonly<Record<string, unknown>>

/** The key that verifies a token with this header. Throws `TokenRefusal` if there is none. */
export function verifyingKey(key: unknown, algorithm: Algorithm, header: () => Jwk): SigningKey {
  const jwks = readJwks(key, algorithm)
  return jwks ? publicKeyOf(chooseJwk(jwks, header().kid, algorithm)) : readKey(key, algorithm)
}

/** The key to sign with, and its name if it has one. Throws `TokenRefusal` if there is none. */
export function signingKey(key: unknown, algorithm: Algorithm): { readonly key: SigningKey; readonly kid?: string } {
  const jwks = readJwks(key, algorithm)
  if (!jwks) return { key: readKey(key, algorithm) }
  const jwk = chooseJwk(jwks, undefined, algorithm)
  return { key: privateKeyOf(jwk), ...(typeof jwk.kid === 'string' && { kid: jwk.kid }) }
}

/** The JWKs of a value, which may be one JWK, a set, a list, or any of these as text; `undefined` if there are none. */
function readJwks(key: unknown, algorithm: Algorithm): readonly Jwk[] | undefined {
  const value = typeof key === 'string' && /^\s*[[{]/.test(key) ? parseOr(key) : key
  const items: readonly unknown[] = Array.isArray(value)
    ? value
    : isMap(value) && Array.isArray(value.keys)
      ? value.keys
      : [value]
  const jwks = items.filter(isMap).filter(({ kty }) => typeof kty === 'string')
  if (jwks.length === 0) return undefined
  // If a public key were used as a secret, everyone who knows it could sign: RFC 8725, section 2.1.
  if (algorithm.startsWith('HS') && !jwks.some(({ kty }) => kty === 'oct')) throw notASecret(algorithm)
  return jwks
}

function parseOr(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

/** Chooses the key of a token: the one that its `kid` names, or the only one that fits its algorithm. */
function chooseJwk(jwks: readonly Jwk[], kid: unknown, algorithm: Algorithm): Jwk {
  const named = kid === undefined ? jwks : jwks.filter((jwk) => jwk.kid === kid)
  // A single key without a name is meant for every token.
  const found = named.length === 0 && jwks.length === 1 && jwks[0]?.kid === undefined ? jwks : named
  const [first, ...others] = found.filter((jwk) => fits(jwk, algorithm))
  if (first && others.length === 0) return first
  if (jwks.length === 1 && found.length > 0)
    throw new TokenRefusal('KeyInvalid', `The key is not one for ${algorithm}.`)
  if (first) throw new TokenRefusal('TokenInvalid', 'The token does not name its key, and several keys fit.')
  throw new TokenRefusal('TokenInvalid', `None of the ${jwks.length} keys for ${algorithm} signed the token.`)
}

/** Whether a key is for this algorithm. Its `use`, `key_ops` and `alg` restrict it, if it has them. */
function fits(jwk: Jwk, algorithm: Algorithm): boolean {
  const curve = curves[algorithm]
  return (
    jwk.kty === keyTypes[algorithm.slice(0, 2)] &&
    (curve === undefined || jwk.crv === curve) &&
    (jwk.use === undefined || jwk.use === 'sig') &&
    (jwk.alg === undefined || jwk.alg === algorithm) &&
    (!Array.isArray(jwk.key_ops) || jwk.key_ops.some((use) => use === 'verify' || use === 'sign'))
  )
}

function publicKeyOf(jwk: Jwk): SigningKey {
  return keyOf(jwk, (key) => createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' }))
}

function privateKeyOf(jwk: Jwk): SigningKey {
  return keyOf(jwk, (key) => createPrivateKey({ key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }))
}

function keyOf(jwk: Jwk, exportKey: (jwk: JsonWebKey) => string | Buffer): SigningKey {
  if (jwk.kty === 'oct') {
    const secret = Buffer.from(typeof jwk.k === 'string' ? jwk.k : '', 'base64url')
    if (secret.length > 0) return secret
  } else {
    try {
      return String(exportKey(jwk))
    } catch {
      // The error of Node.js is dropped, since it shows the part that cannot be read.
    }
  }
  throw new TokenRefusal('KeyInvalid', 'The key cannot be read as a JWK.')
}
