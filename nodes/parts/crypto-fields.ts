/** How the nodes for hashes and signatures read data and keys from text. No message here contains any part of a key. */
import { Buffer } from 'node:buffer'
import { constants, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'
import { type Static, Type } from 'typebox'
import type { RawConfig } from '../../engine/node.ts'
import { type CompiledValue, Value, ValueOf } from '../../engine/schema.ts'
import { base64Bytes } from '../../engine/values/file-bytes.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { mendPem } from '../../engine/values/pem.ts'
import { Refused } from './attempt.ts'
import { filled, templateAt } from './losant-fields.ts'
import { oneOf } from './one-of.ts'
import { isOfOpenSsl } from './openssl-error.ts'

export const encodings = ['utf8', 'hex', 'base64', 'latin1'] as const
export type Encoding = (typeof encodings)[number]

/** A file's own form says its bytes. */
const Data = Type.Union([
  Type.String(),
  Type.Number(),
  Type.Boolean(),
  Type.Object({ encoding: Type.Literal('base64'), content: Type.String() }, { additionalProperties: true }),
])
export type Data = Static<typeof Data>

export const dataField = (description: string) =>
  ValueOf(Data, {
    description: `${description} A file, as an upload has it, counts as its bytes.`,
    examples: ['<< data.body.text >>'],
  })

export const encodingField = (description: string) => oneOf(encodings, { description, default: 'utf8' })

/** Encodings of bytes that are not text. */
export const byteEncodingField = (description: string, fallback: 'hex' | 'base64') =>
  oneOf(['hex', 'base64', 'latin1'], { description, default: fallback })

/** Accepts any value, so that no error of the engine shows what was given instead of a string. */
export const secretField = (description: string) => Value({ description, examples: ['<< secrets.webhookSecret >>'] })
export const keyField = (description: string) => Value({ description, examples: ['<< secrets.signingKey >>'] })

export const signatureFields = {
  algorithm: oneOf(['md5', 'sha1', 'sha256', 'sha384', 'sha512'], { description: 'The hash.', default: 'sha256' }),
  padding: oneOf(['pkcs1', 'pss'], { description: 'How an RSA key signs.', default: 'pkcs1' }),
  dsaEncoding: oneOf(['der', 'ieee-p1363'], { description: 'How an EC or DSA signature is written.', default: 'der' }),
  signatureEncoding: byteEncodingField('How the bytes of the signature are written as text.', 'base64'),
}

interface SignatureOptions {
  readonly padding?: 'pkcs1' | 'pss' | undefined
  readonly dsaEncoding?: 'der' | 'ieee-p1363' | undefined
}

/** The options under their names in node:crypto. */
export function optionsOf({ padding = 'pkcs1', dsaEncoding = 'der' }: SignatureOptions) {
  return {
    dsaEncoding,
    padding: padding === 'pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING,
  }
}

const forms: Readonly<Record<Encoding, RegExp>> = {
  utf8: /^/,
  hex: /^(?:[0-9a-f]{2})*$/i,
  base64: /^[A-Za-z0-9+/_-]*={0,2}$/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: any of its 256 characters is a byte
  latin1: /^[\u0000-\u00ff]*$/,
}

/** The bytes that the text encodes; `undefined` if it is not in that encoding, since Node.js would skip what it cannot read. */
export function bytesOf(text: string, encoding: Encoding): Buffer | undefined {
  return forms[encoding].test(text) ? Buffer.from(text, encoding) : undefined
}

/** Throws if the value is missing, not a string, empty, or not in its encoding. */
export function readSecret(field: string, value: CompiledValue, encoding: Encoding, payload: Payload): Buffer {
  const secret = value(payload)
  const bytes = typeof secret === 'string' ? bytesOf(secret, encoding) : undefined
  if (!bytes?.length) throw new Refused(`${field} must be a text in ${encoding} that is not empty.`)
  return bytes
}

/** `encoding` is that of a text. Throws if the data is not in its encoding. */
export function readData(data: Data, encoding: Encoding): Buffer {
  const isFile = typeof data === 'object'
  const bytes = isFile ? base64Bytes(data.content) : bytesOf(String(data), encoding)
  if (!bytes) throw new Refused(`data is not in ${isFile ? data.encoding : encoding}.`)
  return bytes
}

/** Throws if the key cannot be read. */
export function privateKeyOf(pem: unknown): KeyObject {
  return readKey(pem, 'a private key', createPrivateKey)
}

/** The public key of a public key, a private key or a certificate. Throws if the text cannot be read. */
export function publicKeyOf(pem: unknown): KeyObject {
  return readKey(pem, 'a public key, a private key or a certificate', createPublicKey)
}

function readKey(pem: unknown, kind: string, create: (pem: string) => KeyObject): KeyObject {
  const message = `The key cannot be read: it must be ${kind} as PEM.`
  // The message of Node.js would show what was given instead of a string.
  if (typeof pem !== 'string') throw new Refused(message)
  try {
    return create(mendPem(pem))
  } catch (cause) {
    throw isOfOpenSsl(cause) ? new Refused(message, { cause }) : cause
  }
}

/** The messages of OpenSSL contain no part of the key. */
export function notWithThisKey(cause: Error): never {
  throw isOfOpenSsl(cause) ? new Refused(`The key is not for this: ${cause.message}.`, { cause }) : cause
}

/** The key of one of Losant's nodes, if the export contains it. */
function translateKey({ credentialNameTemplate, keyTemplateType, keyTemplate }: RawConfig): RawConfig {
  if (credentialNameTemplate) {
    throw new Error('Its key is a credential, which an export does not have: give the key itself.')
  }
  if (keyTemplateType === 'diskPath') throw new Error('Its key is in a file of an edge device.')
  return { key: keyTemplateType === 'payloadPath' ? templateAt(keyTemplate, 'keyTemplate') : keyTemplate }
}

/** Our name for one of Losant's, which Losant accepts in any case. Throws for an unknown name and for a template. */
export function translateName(value: unknown, names: Readonly<Record<string, string>>, field: string): RawConfig {
  if (value === undefined || value === '') return {}
  const name = String(value).trim().toLowerCase()
  if (!Object.hasOwn(names, name)) throw new Error(`Its ${field} cannot be ${JSON.stringify(value)}.`)
  return { [field]: names[name] }
}

/** Losant's names of the encodings, which are also ours. */
export const encodingNames = Object.fromEntries(encodings.map((name) => [name, name]))
const hashNames = Object.fromEntries(['md5', 'sha1', 'sha256', 'sha384', 'sha512'].map((name) => [name, name]))

/** Translates the fields that Losant's nodes for signatures have in common. */
export function translateSignature(config: RawConfig): RawConfig {
  return {
    ...translateKey(config),
    data: config.dataTemplate,
    ...translateName(config.dataEncodingTemplate, encodingNames, 'dataEncoding'),
    ...translateName(config.algorithmTemplate, hashNames, 'algorithm'),
    ...translateName(config.paddingTemplate, { rsa_pkcs1_padding: 'pkcs1', rsa_pkcs1_pss_padding: 'pss' }, 'padding'),
    ...translateName(config.dsaEncodingTemplate, { der: 'der', 'ieee-p1363': 'ieee-p1363' }, 'dsaEncoding'),
    ...translateName(config.signatureEncodingTemplate, encodingNames, 'signatureEncoding'),
    ...filled({ result: config.resultPath }),
  }
}
