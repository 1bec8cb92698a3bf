import type { Buffer } from 'node:buffer'
import { createHmac, timingSafeEqual, type VerifyKeyObjectInput, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, Template } from '../../engine/schema.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { Refused } from '../parts/attempt.ts'
import {
  bytesOf,
  dataField,
  encodingField,
  keyField,
  notWithThisKey,
  optionsOf,
  publicKeyOf,
  readData,
  readSecret,
  secretField,
  signatureFields,
  translateSignature,
} from '../parts/crypto-fields.ts'
import { lacking, onlyOne, refuseFields } from '../parts/misplaced.ts'
import { refusalOf, refusalShape, refuse } from '../parts/refuse.ts'
import { written } from '../parts/written.ts'

/** Off the event loop: verifying takes a fraction of a millisecond. */
const verifyBytes: (algorithm: string, data: Buffer, key: VerifyKeyObjectInput, signature: Buffer) => Promise<boolean> =
  promisify(verify)

export const cryptoVerify = defineNode({
  type: 'crypto-verify',
  losant: { type: 'CryptoVerifyNode', translate },
  summary: 'Takes one of two ways, depending on whether a signature is valid.',
  description: `With \`key\`, it is the signature of a private key; with \`secret\`, it is an HMAC, such as a webhook sends.

\`then\` is taken if the signature is valid. \`else\` is taken if it is not, is missing or is not in its encoding, and if the
key or the data cannot be read: then the value at \`result\` is \`{ error: { message } }\`, without any part of the key. Without an
\`else\`, all of these fail the run, so that nothing unverified goes on.`,
  config: Type.Object({
    key: Type.Optional(keyField('The public key, a certificate that contains it, or the private key, as PEM.')),
    secret: Type.Optional(secretField('The secret of an HMAC, instead of a key.')),
    secretEncoding: encodingField('How the text encodes the bytes of the secret.'),
    data: dataField('The text that was signed.'),
    dataEncoding: encodingField('How the text encodes the bytes that were signed.'),
    signature: Template({
      description: 'The signature to verify.',
      examples: ['<< data.headers.x-signature >>'],
    }),
    ...signatureFields,
    result: Type.Optional(PathTo({ description: 'Where `{ error }` goes if the key or the data cannot be read.' })),
  }),
  outputs: ['else', 'then'],
  throwsUnlessWired: ['else'],
  check,
  writes: ({ result }, output) => (output === 'else' ? written(result, refusalShape) : []),
  compile: (config, { wired }) => {
    const { key, secret, data, signature, result } = config
    const {
      dataEncoding = 'utf8',
      secretEncoding = 'utf8',
      signatureEncoding = 'base64',
      algorithm = 'sha256',
    } = config
    const options = optionsOf(config)
    const holds = async (bytes: Buffer, given: Buffer, payload: Payload) =>
      secret
        ? isSame(
            createHmac(algorithm, readSecret('secret', secret, secretEncoding, payload))
              .update(bytes)
              .digest(),
            given,
          )
        : verifyBytes(algorithm, bytes, { key: publicKeyOf(key?.(payload)), ...options }, given).catch(notWithThisKey)

    return async (payload) => {
      const text = data(payload)
      const written = signature(payload)
      // A block of YAML ends in a line break. In latin1 a space is a byte of the signature.
      const given = bytesOf(signatureEncoding === 'latin1' ? written : written.trim(), signatureEncoding)
      try {
        if (given && (await holds(readData(text, dataEncoding), given, payload))) return 'then'
      } catch (error) {
        // Any other error is a fault of ours, and must not be taken for a signature that does not fit.
        if (!(error instanceof Refused)) throw error
        return refuse(refusalOf(error), { payload, result, wired })
      }
      return refuse({ message: 'The signature is not that of the data.' }, { payload, result: undefined, wired })
    }
  },
  examples: [
    {
      title: 'A webhook that was signed with a secret',
      yaml: `type: crypto-verify
secret: << data.secret >>
data: << data.body >>
signature: << data.headers.x-signature >>
signatureEncoding: hex
else:
  - type: reply
    status: 401`,
      payload: {
        data: {
          secret: 'It is a secret',
          body: '{"action":"opened"}',
          headers: { 'x-signature': '4bde3c96f2f18cdfff5e0da4d173ea93a3ea438af8b417aa8bb2a9d47d27c8a6' },
        },
      },
      expect: { output: 'then' },
    },
    {
      title: 'A text that is not the one that was signed',
      yaml: `type: crypto-verify
key: << data.key >>
data: << data.text >>
signature: << data.signature >>
else:
  - type: reply
    status: 401`,
      payload: {
        data: {
          text: 'moisture=0.9',
          signature: 'MEYCIQCZ3VmAttHbSMX0EWBVXsrTLNpGeUUOx/WdeheFzY40YwIhALJu+JOocJ0r82jGTB004s0TsmhiJ8EciKP6Z541D/sY',
          key: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsaq6NWJ2VgNwdaqRECtxnl5+NYVj
NdeEaLHgsX8XYvwuxfULtdEaX8PKo8w86tzzbwOiJpwABZTZXgBM9oF08g==
-----END PUBLIC KEY-----`,
        },
      },
      expect: { output: 'else' },
    },
    {
      title: 'No signature and no else',
      yaml: `type: crypto-verify
secret: << data.secret >>
data: << data.body >>
signature: << data.headers.x-signature >>`,
      payload: { data: { secret: 'It is a secret', body: '{}', headers: {} } },
      expect: { error: 'The signature is not that of the data.' },
    },
  ],
})

/** Compares in constant time, so that the duration does not tell where the two differ. */
function isSame(own: Buffer, given: Buffer): boolean {
  return own.length === given.length && timingSafeEqual(own, given)
}

function check(node: NodeCheck): void {
  const hint = 'Give key for a signature, or secret for an HMAC.'
  const given = onlyOne(node, ['key', 'secret'], hint)
  if (given === undefined) lacking(node.report, 'The node has nothing to verify the signature with.', hint)
  else if (given === 'key') refuseFields(node, ['secretEncoding'], () => 'secretEncoding needs secret.')
  else refuseFields(node, ['padding', 'dsaEncoding'], (field) => `${field} needs key: an HMAC has none.`)
}

function translate(config: RawConfig): RawConfig {
  return { ...translateSignature(config), signature: config.signatureTemplate }
}
