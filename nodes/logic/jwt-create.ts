import { createPrivateKey } from 'node:crypto'
import { createSigner } from 'fast-jwt'
import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, ValueOf } from '../../engine/schema.ts'
import { isObject } from '../../engine/values/coerce.ts'
import { attempt } from '../parts/attempt.ts'
import { given } from '../parts/given.ts'
import { curves, type SigningKey, signingKey } from '../parts/json-web-key.ts'
import {
  type Algorithm,
  algorithmField,
  algorithms,
  keyField,
  notWithThisKey,
  refuseCredential,
  TokenRefusal,
} from '../parts/jwt-fields.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { valueOfJsonTemplate } from '../parts/losant-json.ts'
import { misplaced } from '../parts/misplaced.ts'
import { mayRefuse, typedRefusalShape } from '../parts/refuse.ts'

const map = Type.Record(Type.String(), Type.Unknown())

export const jwtCreate = defineNode({
  type: 'jwt-create',
  losant: { type: 'JWTCreateNode', translate },
  summary: 'Signs a JSON Web Token.',
  description: `The claim \`iat\` says when the token was issued. An \`iat\`, \`exp\` or \`iss\` in \`claims\` overrides the time, \`ttlSeconds\` and \`issuer\`.

If the key cannot sign with the algorithm, or \`exp\`, \`nbf\` or \`iat\` is not a whole number of seconds, \`else\` is taken with
\`{ error: { type, message } }\` at \`result\`; without an \`else\`, the run fails. To sign an experience user in, use \`generate-token\`.`,
  config: Type.Object({
    claims: ValueOf(map, { description: 'The claims of the token. Anyone who holds the token can read them.' }),
    key: keyField(
      'The secret for `HS…`, or the private key as PEM for the others. Either may also be a JWK, whose `kid` then goes into the header.',
    ),
    algorithm: algorithmField,
    ttlSeconds: Type.Optional(
      ValueOf(Type.Integer({ minimum: 1 }), {
        description: 'Seconds until the token expires. Without it, the token never expires.',
        acceptsDigits: true,
      }),
    ),
    issuer: Type.Optional(
      ValueOf(Type.String({ minLength: 1 }), { description: 'The issuer of the token, as `iss`.' }),
    ),
    header: Type.Optional(ValueOf(map, { description: 'Further fields of the header, such as `kid`.' })),
    result: PathTo({ description: 'Where the token goes.' }),
  }),
  ...mayRefuse(typedRefusalShape, scalar),
  check: checkHeader,
  compile: ({ claims, key, algorithm = 'HS256', ttlSeconds, issuer, header, result }, { wired }) => {
    return (payload, run) => {
      const said = claims(payload)
      const signing = {
        key: key(payload),
        header: given('header', header, payload) ?? {},
        claims: {
          ...(issuer ? { iss: given('issuer', issuer, payload) } : {}),
          ...withTimes(said, run.services.clock.now(), given('ttlSeconds', ttlSeconds, payload)),
        },
      }
      return attempt(() => sign(signing, algorithm), { payload, result, wired })
    }
  },
  examples: [
    {
      title: 'A token for a link that is good for a day',
      yaml: `type: jwt-create
claims: { email: << data.email >> }
key: << data.secret >>
ttlSeconds: 86400
result: data.token`,
      payload: { data: { email: 'ada@lom.example', secret: 'It is a secret' } },
      expect: { output: 'then' },
    },
    {
      title: 'A key that does not fit the algorithm',
      yaml: `type: jwt-create
claims: { sub: << data.id >> }
key: << data.secret >>
algorithm: RS256
result: data.token
else:
  - type: reply
    status: 503`,
      payload: { data: { id: 'fern', secret: 'It is a secret' } },
      expect: {
        output: 'else',
        payload: { 'data.token.error': { type: 'KeyInvalid', message: 'The key does not fit RS256.' } },
      },
    },
  ],
})

interface Signing {
  readonly key: unknown
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
}

function sign({ key, header, claims }: Signing, algorithm: Algorithm): string {
  for (const name of ['iat', 'nbf', 'exp']) {
    const seconds = claims[name]
    if (seconds === undefined || (Number.isSafeInteger(seconds) && Number(seconds) > 0)) continue
    throw new TokenRefusal('ClaimsInvalid', `${name} must be a whole number of seconds since 1970.`)
  }
  if ('alg' in header) throw new TokenRefusal('ClaimsInvalid', 'The header cannot say alg: algorithm does.')
  const { key: secret, ...named } = signingKey(key, algorithm)
  try {
    checkCurve(secret, algorithm)
    return createSigner({ key: secret, algorithm, header: { ...named, ...header, alg: algorithm } })(claims)
  } catch (cause) {
    throw notWithThisKey(algorithm, cause)
  }
}

/** RFC 7518, section 3.4: the library would sign with any curve, and others would refuse the token. */
function checkCurve(pem: SigningKey, algorithm: Algorithm): void {
  const curve = curves[algorithm]
  if (curve === undefined || createPrivateKey(pem).export({ format: 'jwk' }).crv === curve) return
  throw new TokenRefusal('KeyInvalid', `The key does not fit ${algorithm}, which takes the curve ${curve}.`)
}

/** Adds `iat` and `exp`, in seconds, unless the claims have them. */
function withTimes(claims: Readonly<Record<string, unknown>>, nowMs: number, ttlSeconds: number | undefined): object {
  const { iat = Math.floor(nowMs / 1000) } = claims
  const exp = ttlSeconds === undefined ? {} : { exp: Number(iat) + ttlSeconds }
  return { iat, ...exp, ...claims }
}

function checkHeader({ config: { header }, report }: NodeCheck): void {
  if (!isObject(header) || !Object.hasOwn(header, 'alg')) return
  misplaced(report, ['header', 'alg'], 'The header cannot say alg: algorithm does.')
}

function translate(config: RawConfig): RawConfig {
  refuseCredential(config)
  const { algorithmTemplate = 'HS256', secretTemplate, issuerTemplate, expiresIn, destinationPath } = config
  if (!algorithms.some((name) => name === algorithmTemplate)) {
    throw new Error(`Its algorithm cannot be ${JSON.stringify(algorithmTemplate)}.`)
  }
  return {
    claims: translateMap(config.dataTemplateType, config.dataTemplate),
    key: secretTemplate,
    algorithm: algorithmTemplate,
    ...filled({ ttlSeconds: expiresIn, issuer: issuerTemplate }),
    ...(config.headerTemplate ? { header: translateMap(config.headerTemplateType, config.headerTemplate) } : {}),
    result: destinationPath,
  }
}

function translateMap(type: unknown, template: unknown): unknown {
  return type === 'path' ? templateAt(template, 'path of a map') : valueOfJsonTemplate(String(template))
}
