import type { Buffer } from 'node:buffer'
import { type SignKeyObjectInput, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { Type } from 'typebox'
import { objectShape, scalar } from '../../engine/json-schema/shape.ts'
import { defineNode } from '../../engine/node.ts'
import { PathTo } from '../../engine/schema.ts'
import { Refused } from '../parts/attempt.ts'
import {
  dataField,
  encodingField,
  keyField,
  notWithThisKey,
  optionsOf,
  privateKeyOf,
  readData,
  signatureFields,
  translateSignature,
} from '../parts/crypto-fields.ts'
import { mayRefuse, refusalOf, refusalShape, refuse } from '../parts/refuse.ts'

/** Off the event loop: an RSA signature takes milliseconds. */
const signBytes: (algorithm: string, data: Buffer, key: SignKeyObjectInput) => Promise<Buffer> = promisify(sign)

export const cryptoSign = defineNode({
  type: 'crypto-sign',
  losant: { type: 'CryptoSignNode', translate: translateSignature },
  summary: 'Signs a text with a private key.',
  description: `The value at \`result\` is \`{ signature }\`. If the key or the data cannot be read, or the key cannot sign in this way, it is \`{ error: { message } }\`
and \`else\` is taken; without an \`else\`, the run fails. The message never contains any part of the key.

For an HMAC, whose key both sides know, use \`hash\`.`,
  config: Type.Object({
    key: keyField('The private key, as PEM without a passphrase.'),
    data: dataField('The text to sign.'),
    dataEncoding: encodingField('How the text encodes the bytes to sign.'),
    ...signatureFields,
    result: PathTo({ description: 'Where the outcome goes.' }),
  }),
  ...mayRefuse(refusalShape, objectShape({ signature: scalar })),
  compile: (config, { wired }) => {
    const { key, data, dataEncoding = 'utf8', algorithm = 'sha256', signatureEncoding = 'base64', result } = config
    const options = optionsOf(config)
    return async (payload) => {
      const pem = key(payload)
      const text = data(payload)
      try {
        const bytes = readData(text, dataEncoding)
        const signature = await signBytes(algorithm, bytes, { key: privateKeyOf(pem), ...options }).catch(
          notWithThisKey,
        )
        result.set(payload, { signature: signature.toString(signatureEncoding) })
        return 'then'
      } catch (error) {
        // Any other error is a fault of ours, and must not be taken for a signature that does not fit.
        if (!(error instanceof Refused)) throw error
        return refuse(refusalOf(error), { payload, result, wired })
      }
    }
  },
  examples: [
    {
      title: 'A signature, with a key that exists only on this page',
      yaml: `type: crypto-sign
key: << data.key >>
data: << data.text >>
result: data.signed`,
      payload: {
        data: {
          text: 'moisture=0.4',
          key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2HtDXvoDG5Uc2Dor
BrvbN2UTp0NuVJNW52cpwHLvnDihRANCAASxqro1YnZWA3B1qpEQK3GeXn41hWM1
14RoseCxfxdi/C7F9Qu10Rpfw8qjzDzq3PNvA6ImnAAFlNleAEz2gXTy
-----END PRIVATE KEY-----`,
        },
      },
      expect: { output: 'then' },
    },
    {
      title: 'A key that cannot be read',
      yaml: `type: crypto-sign
key: << data.key >>
data: << data.text >>
result: data.signed
else:
  - type: reply
    status: 503`,
      payload: { data: { text: 'moisture=0.4', key: 'swordfish' } },
      expect: {
        output: 'else',
        payload: { 'data.signed.error.message': 'The key cannot be read: it must be a private key as PEM.' },
      },
    },
  ],
})
