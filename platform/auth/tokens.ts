/** Signs and reads the platform's tokens, which are JWTs with HS256. */
import { createSigner, createVerifier } from 'fast-jwt'
import type { Clock } from '../../contracts/clock.ts'

/** Whom a token is for. A token for one audience is not valid for another. */
export type Audience = 'experience' | 'device' | 'administrator'

export interface Claims {
  /** ID of the experience user or device, or the address of the administrator. */
  readonly sub: string
  /** Seconds. */
  readonly iat: number
  /** When it was issued, in milliseconds, since `iat` is too coarse to compare with a cutoff. */
  readonly issuedMs: number
  /** Seconds. A token without it does not expire. */
  readonly exp?: number
  /** The token generation of an experience user. */
  readonly gen?: number
  /** What a flow has put into an experience user's token. */
  readonly data?: Readonly<Record<string, unknown>>
  /** A keyed hash of the password that the administrator signed in with. */
  readonly passwordHash?: string
  /** ID of the access key that a device signed in with. */
  readonly key?: string
  readonly scopes?: readonly string[]
}

export interface Tokens {
  /** Without `ttlSeconds` the token does not expire; with 0 or less it has expired already. */
  sign(audience: Audience, claims: Omit<Claims, 'iat' | 'issuedMs' | 'exp'>, ttlSeconds?: number): string
  /** The claims of a token that we have signed for `audience` and that has not expired; otherwise `null`. */
  read(audience: Audience, token: string): Claims | null
}

/** Tokens whose signature is remembered. One takes about 500 bytes. */
const maxCachedTokens = 1000
/** Longer tokens are refused unread. Headers of a request cannot be longer either. */
const maxTokenLength = 16_384

/** `issuer` is the ID of the application: others may have the same signing key, and their tokens are not valid here. */
export function createTokens(signingKey: string, issuer: string, clock: Clock): Tokens {
  const sign = createSigner({ key: signingKey, algorithm: 'HS256' })
  // Older tokens of users and devices have no claim `iss`. They stay valid, since their IDs exist only in this store.
  // `read` checks the expiry against the platform's clock, since the library fixes its time when the verifier is created.
  const verifier = (audience: Audience) =>
    createVerifier({
      key: signingKey,
      algorithms: ['HS256'],
      allowedAud: audience,
      allowedIss: issuer,
      requiredClaims: ['aud', 'sub', 'iat', 'issuedMs', ...(audience === 'administrator' ? ['iss'] : [])],
      ignoreExpiration: true,
      cache: maxCachedTokens,
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
      // The library takes whole seconds. Rounded up, a token lasts a little longer than asked rather than expiring at once.
      const exp = ttlSeconds !== undefined && ttlSeconds > 0 ? Math.ceil(end) : Math.floor(end)
      return sign({
        ...claims,
        iss: issuer,
        aud: audience,
        iat,
        issuedMs,
        ...(ttlSeconds === undefined ? {} : { exp }),
      })
    },
    read(audience, token) {
      if (token.length > maxTokenLength) return null
      let claims: Claims
      try {
        // Boundary: we signed the token, so its claims have the shape that `sign` gave them.
        claims = verify[audience](token) as Claims
      } catch {
        return null
      }
      return claims.exp !== undefined && claims.exp * 1000 <= clock.now() ? null : claims
    },
  }
}
