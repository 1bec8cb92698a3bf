import { createVerifier, TokenError } from 'fast-jwt'
import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Template, ValueOf } from '../../engine/schema.ts'
import { defined } from '../parts/defined.ts'
import { given } from '../parts/given.ts'
import { verifyingKey } from '../parts/json-web-key.ts'
import {
  type Algorithm,
  algorithmField,
  type Claims,
  keyField,
  notWithThisKey,
  readToken,
  refuseCredential,
  TokenRefusal,
} from '../parts/jwt-fields.ts'
import { filled } from '../parts/losant-fields.ts'
import { refuse } from '../parts/refuse.ts'
import { written } from '../parts/written.ts'

export const jwtVerify = defineNode({
  type: 'jwt-verify',
  losant: { type: 'JWTVerifyNode', translate },
  summary: 'Takes one of two ways, depending on whether a JSON Web Token is valid.',
  description: `\`then\` is taken if the token was signed with the key and the algorithm, is within its time (\`exp\`, \`nbf\`), and has the \`issuer\` and the
\`audience\` that are required. A token that lacks a required claim is refused, and so is an unsigned token.

\`else\` is taken for every other token, and if the token is missing. The value at \`errorResult\` is then \`{ type, message }\`, with the type
\`TokenInvalid\`, \`TokenExpired\`, \`TokenNotActive\` or \`KeyInvalid\`; the last means that the key is wrong, not the token. Without an \`else\`, the
run fails, so that nothing goes on with an invalid token.

Auth0, Cognito, Entra and others publish their keys at a URL, as a JWKS: fetch it with \`http\`, keep it for some hours with \`store-value\`, and give its
body as \`key\`. If a token names a key that is not in the set, the type is \`TokenInvalid\`. The keys may then have changed, so fetch the set again.`,
  config: Type.Object({
    token: Template({ description: 'The token, without the word Bearer.', examples: ['<< data.query.token >>'] }),
    key: keyField(
      'The secret for `HS…`, or the public key or a certificate as PEM for the others. It may also be a JWK, or a set of them (JWKS) in which the `kid` of the token names one.',
    ),
    algorithm: algorithmField,
    issuer: Type.Optional(ValueOf(Type.String({ minLength: 1 }), { description: 'The value that `iss` must have.' })),
    audience: Type.Optional(
      ValueOf(Type.String({ minLength: 1 }), {
        description: 'The value that `aud` must have, or contain if it is a list.',
      }),
    ),
    clockToleranceSeconds: Type.Optional(
      ValueOf(Type.Number({ minimum: 0 }), {
        description: "How far the issuer's clock may differ from ours.",
        default: 0,
        acceptsDigits: true,
      }),
    ),
    result: Type.Optional(PathTo({ description: 'Where the claims of a valid token go.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the problem goes, as `{ type, message }`.' })),
  }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  writes: ({ result, errorResult }, output) => {
    if (output === 'then') return written(result, objectShape({}, true))
    return written(errorResult, objectShape({ type: scalar, message: scalar }))
  },
  compile: (config, { wired }) => {
    const { token, key, algorithm = 'HS256', issuer, audience, clockToleranceSeconds, result, errorResult } = config
    return (payload, run) => {
      const expected: Expected = {
        algorithm,
        issuer: given('issuer', issuer, payload),
        audience: given('audience', audience, payload),
        nowMs: run.services.clock.now(),
        toleranceMs: (given('clockToleranceSeconds', clockToleranceSeconds, payload) ?? 0) * 1000,
      }
      try {
        const claims = verify(token(payload).trim(), key(payload), expected)
        result?.set(payload, claims)
        return 'then'
      } catch (error) {
        if (!(error instanceof TokenRefusal)) throw error
        const { type, message } = error
        if (type === 'KeyInvalid') run.log('warn', message)
        errorResult?.set(payload, { type, message })
        return refuse({ type, message }, { payload, result: undefined, wired })
      }
    }
  },
  examples: [
    {
      title: 'A token from a link in a mail',
      yaml: `type: jwt-verify
token: << data.query.token >>
key: << data.secret >>
result: data.claims
else:
  - type: reply
    status: 403`,
      payload: {
        data: {
          secret: 'It is a secret',
          query: {
            token:
              'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJlbWFpbCI6ImFkYUBsb20uZXhhbXBsZSIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDg2NDAwfQ.poiSSeWkoOx0MxvIuEWGS3b7qJQHml1HEXMeNvOWQa8',
          },
        },
      },
      expect: { output: 'then', payload: { 'data.claims.email': 'ada@lom.example' } },
    },
    {
      title: 'No token',
      yaml: `type: jwt-verify
token: << data.query.token >>
key: << data.secret >>
errorResult: data.problem
else:
  - type: reply
    status: 403`,
      payload: { data: { secret: 'It is a secret', query: {} } },
      expect: { output: 'else', payload: { 'data.problem.type': 'TokenInvalid' } },
    },
  ],
})

interface Expected {
  readonly algorithm: Algorithm
  readonly issuer: string | undefined
  readonly audience: string | undefined
  readonly nowMs: number
  readonly toleranceMs: number
}

function verify(token: string, key: unknown, expected: Expected): Claims {
  const claims = verifySignature(token, key, expected)
  // The library would accept a token in the very millisecond in which it expires, and fixes its clock when the verifier is made.
  const expiresMs = timeOf(claims, 'exp')
  if (expiresMs !== undefined && expiresMs + expected.toleranceMs <= expected.nowMs) {
    throw new TokenRefusal('TokenExpired', `The token expired at ${shown(expiresMs)}.`)
  }
  const beginsMs = timeOf(claims, 'nbf')
  if (beginsMs !== undefined && beginsMs - expected.toleranceMs > expected.nowMs) {
    throw new TokenRefusal('TokenNotActive', `The token is not valid before ${shown(beginsMs)}.`)
  }
  return claims
}

function verifySignature(token: string, key: unknown, { algorithm, issuer, audience }: Expected): Claims {
  const secret = verifyingKey(key, algorithm, () => readToken(token).header)
  let verifier: (token: string) => unknown
  try {
    verifier = createVerifier({
      key: secret,
      algorithms: [algorithm],
      ignoreExpiration: true,
      ignoreNotBefore: true,
      // Without this, a token that lacks the claim would pass.
      requiredClaims: Object.keys(defined({ iss: issuer, aud: audience })),
      ...defined({ allowedIss: issuer, allowedAud: audience }),
    })
  } catch (cause) {
    throw notWithThisKey(algorithm, cause)
  }
  const { payload } = readToken(token)
  try {
    verifier(token)
    return payload
  } catch (error) {
    if (error instanceof TokenError) throw new TokenRefusal('TokenInvalid', error.message, error)
    throw error
  }
}

/** The time of a claim, in milliseconds since 1970. */
function timeOf(claims: Claims, claim: 'exp' | 'nbf'): number | undefined {
  const seconds = claims[claim]
  if (seconds === undefined) return undefined
  if (typeof seconds === 'number') return seconds * 1000
  throw new TokenRefusal('TokenInvalid', `The claim ${claim} of the token is not a number.`)
}

/** A time for a message. A claim may be beyond the range of a Date. */
function shown(timeMs: number): string {
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : `${timeMs / 1000} s`
}

function translate(config: RawConfig): RawConfig {
  refuseCredential(config)
  const { tokenTemplate, secretTemplate, issuerTemplate, errorPath } = config
  return {
    token: tokenTemplate,
    key: secretTemplate,
    ...filled({ issuer: issuerTemplate, errorResult: errorPath }),
  }
}
