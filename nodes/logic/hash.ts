import { createHash, createHmac } from 'node:crypto'
import { Type } from 'typebox'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type RawConfig } from '../../engine/node.ts'
import { PathTo } from '../../engine/schema.ts'
import {
  byteEncodingField,
  dataField,
  encodingField,
  encodingNames,
  readData,
  readSecret,
  secretField,
  translateName,
} from '../parts/crypto-fields.ts'
import { refuseFields } from '../parts/misplaced.ts'
import { oneOf } from '../parts/one-of.ts'

const algorithms = ['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'ripemd160'] as const

export const hash = defineNode({
  type: 'hash',
  losant: { type: 'HashNode', translate },
  summary: 'Computes the hash of a text, or its HMAC if a secret is given.',
  description: `To check an HMAC that came with a request, use \`crypto-verify\`, which compares in constant time.

\`md5\` and \`sha1\` are for services that require them; they are not safe against forgery.`,
  config: Type.Object({
    data: dataField('The text to hash. Numbers are hashed as text.'),
    dataEncoding: encodingField('How the text encodes the bytes to hash.'),
    algorithm: oneOf(algorithms, { description: 'The hash.', default: 'sha256' }),
    secret: Type.Optional(secretField('The secret of an HMAC. If its template gives nothing, the run fails.')),
    secretEncoding: encodingField('How the text encodes the bytes of the secret.'),
    encoding: byteEncodingField('How the hash is written.', 'hex'),
    result: PathTo({ description: 'Where the hash goes.' }),
  }),
  outputs: ['next'],
  check: (node) => {
    if (node.config.secret === undefined) refuseFields(node, ['secretEncoding'], () => 'secretEncoding needs a secret.')
  },
  writes: ({ result }) => [{ path: String(result), shape: scalar }],
  compile: (config) => {
    const { data, secret, result, algorithm = 'sha256' } = config
    const { dataEncoding = 'utf8', secretEncoding = 'utf8', encoding = 'hex' } = config
    return (payload) => {
      const bytes = readData(data(payload), dataEncoding)
      const hashing = secret
        ? createHmac(algorithm, readSecret('secret', secret, secretEncoding, payload))
        : createHash(algorithm)
      result.set(payload, hashing.update(bytes).digest().toString(encoding))
      return 'next'
    }
  },
  examples: [
    {
      title: 'A hash',
      yaml: `type: hash
data: << data.text >>
result: data.hash`,
      payload: { data: { text: 'abc' } },
      expect: {
        output: 'next',
        payload: { 'data.hash': 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
      },
    },
    {
      title: 'An HMAC, for the header of a request',
      yaml: `type: hash
data: << data.text >>
secret: << data.secret >>
algorithm: sha1
encoding: base64
result: data.signature`,
      payload: { data: { text: 'The quick brown fox jumps over the lazy dog', secret: 'key' } },
      expect: { output: 'next', payload: { 'data.signature': '3nybhbi3iqa8ino29wqQcBydtNk=' } },
    },
    {
      title: 'Text that is not in hex',
      yaml: `type: hash
data: << data.bytes >>
dataEncoding: hex
result: data.hash`,
      payload: { data: { bytes: 'abx' } },
      expect: { error: 'data is not in hex.' },
    },
  ],
})

/** Our names of Losant's algorithms, except for Whirlpool, which Node.js no longer has. */
const losantAlgorithms = {
  md5: 'md5',
  sha1: 'sha1',
  sha256: 'sha256',
  sha512: 'sha512',
  ripemd: 'ripemd160',
  ripemd160: 'ripemd160',
}

function translate(config: RawConfig): RawConfig {
  const { dataTemplate, secretTemplate, destinationPath } = config
  return {
    data: dataTemplate,
    ...translateName(config.dataEncodingTemplate, encodingNames, 'dataEncoding'),
    ...translateName(config.algorithmTemplate, losantAlgorithms, 'algorithm'),
    ...(secretTemplate
      ? { secret: secretTemplate, ...translateName(config.secretEncodingTemplate, encodingNames, 'secretEncoding') }
      : {}),
    ...translateName(config.encodingTemplate, encodingNames, 'encoding'),
    result: destinationPath,
  }
}
