import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo, Template } from '../../engine/schema.ts'
import { attempt } from '../parts/attempt.ts'
import { flag } from '../parts/flag.ts'
import { readToken } from '../parts/jwt-fields.ts'
import { filled } from '../parts/losant-fields.ts'
import { mayRefuse, typedRefusalShape } from '../parts/refuse.ts'

const claimsShape = objectShape({}, true)
const tokenShape = objectShape({ header: claimsShape, payload: claimsShape, signature: scalar })

export const jwtDecode = defineNode({
  type: 'jwt-decode',
  losant: { type: 'JWTDecodeNode', translate },
  summary: 'Reads a JSON Web Token without verifying it.',
  description: `Anyone can write such a token, so do not trust what it says. To trust it, use \`jwt-verify\`, which also gives the claims.

The value at \`result\` is the claims, or with \`complete\` \`{ header, payload, signature }\`. If the text is not a token, or its claims are nested deeper
than 100 levels, \`else\` is taken with \`{ error: { type, message } }\` there; without an \`else\`, the run fails.`,
  config: Type.Object({
    token: Template({ description: 'The token, without the word Bearer.', examples: ['<< data.query.token >>'] }),
    complete: flag('Gives the header and the signature too.'),
    result: PathTo({ description: 'Where the claims go.' }),
  }),
  ...mayRefuse(typedRefusalShape, ({ complete }) => (complete === true ? tokenShape : claimsShape)),
  compile: ({ token, complete = false, result }, { wired }) => {
    const decode = (text: string) => (complete ? readToken(text) : readToken(text).payload)
    return (payload) => attempt(() => decode(token(payload).trim()), { payload, result, wired })
  },
  examples: [
    {
      title: 'Which key a token names',
      yaml: `type: jwt-decode
token: << data.token >>
complete: true
result: data.decoded`,
      payload: { data: { token: 'eyJhbGciOiJIUzI1NiIsImtpZCI6IjIwMjYifQ.eyJzdWIiOiJmZXJuIn0.c2lnbmF0dXJl' } },
      expect: {
        output: 'then',
        payload: {
          'data.decoded': {
            header: { alg: 'HS256', kid: '2026' },
            payload: { sub: 'fern' },
            signature: 'c2lnbmF0dXJl',
          },
        },
      },
    },
    {
      title: 'Text that is not a token',
      yaml: `type: jwt-decode
token: << data.token >>
result: data.claims
else:
  - type: reply
    status: 400`,
      payload: { data: { token: 'swordfish' } },
      expect: {
        output: 'else',
        payload: { 'data.claims.error': { type: 'TokenInvalid', message: 'The token is malformed.' } },
      },
    },
  ],
})

function translate({ tokenTemplate, complete, destinationPath }: RawConfig): RawConfig {
  return { token: tokenTemplate, ...filled({ complete }), result: destinationPath }
}
