/** Signs and reads the platform's tokens: JWTs, HS256 and nothing else. */
import { createSigner, createVerifier } from 'fast-jwt'
import type { Clock } from '../../contracts/clock.ts'

/** Whom a token is for. A token of one kind is no token of another. */
export type Audience = 'experience' | 'device' | 'administrator'

export interface Claims {
  /** ID of the experience user or device; address of the administrator. */
  readonly sub: string
  /** Seconds. */
  readonly iat: number
  /** When it was issued, in milliseconds: `iat` is too coarse to tell what came before a cutoff. */
  readonly issuedMs: number
  /** Seconds; a token without it does not expire. */
  readonly exp?: number
  /** Token generation of an experience user. */
  readonly gen?: number
  /** What a flow put into an experience user's token. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Of the password that the administrator signed in with. */
  readonly passwordHash?: string
  /** Access key that a device signed in with. */
  readonly key?: string
  readonly scopes?: readonly string[]
}

export interface Tokens {
  /** `ttlSeconds` of 0 or less is a token that has expired already; without one it does not expire. */
  sign(audience: Audience, claims: Omit<Claims, 'iat' | 'issuedMs' | 'exp'>, ttlSeconds?: number): string
  /** The claims of a token that we signed for `audience` and that has not expired, else `null`. */
  read(audience: Audience, token: string): Claims | null
}

/** Signatures checked and remembered; a token is about 500 bytes. */
const CACHE_SIZE = 1000
/** Longer ones are refused unread: no header of a request is longer. */
const MAX_TOKEN_LENGTH = 16_384

export function createTokens(signingKey: string, clock: Clock): Tokens {
  const sign = createSigner({ key: signingKey, algorithm: 'HS256' })
  // Expiry is checked below, against the platform's clock: the library's own is fixed when the verifier is made.
  const verifier = (audience: Audience) =>
    createVerifier({
      key: signingKey,
      algorithms: ['HS256'],
      allowedAud: audience,
      requiredClaims: ['aud', 'sub', 'iat', 'issuedMs'],
      ignoreExpiration: true,
      cache: CACHE_SIZE,
    })
  const verify = {
    experience: verifier('experience'),
    device: verifier('device'),
    administrator: verifier('administrator'),
  }

  return {
    sign(audience, claims, ttlSeconds) {
      const issuedMs = clock.now()
      const iat = Math.floor(issuedMs / 1000)
      const end = issuedMs / 1000 + (ttlSeconds ?? 0)
      // Whole seconds, as the library asks: rather a little longer than was asked for than not at all.
      const exp = ttlSeconds !== undefined && ttlSeconds > 0 ? Math.ceil(end) : Math.floor(end)
      return sign({ ...claims, aud: audience, iat, issuedMs, ...(ttlSeconds === undefined ? {} : { exp }) })
    },
    read(audience, token) {
      if (token.length > MAX_TOKEN_LENGTH) return null
      let claims: Claims
      try {
        // Signed by us, so it has the shape that `sign` gave it.
        claims = verify[audience](token) as Claims
      } catch {
        return null
      }
      return claims.exp !== undefined && claims.exp * 1000 <= clock.now() ? null : claims
    },
  }
}
