/** Reads the certificates with which flows identify themselves to servers. A connection names the environment variable that holds the certificate and its key. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mendPem } from '../../engine/values/pem.ts'
import { connectionInvalid, type VariableOf } from './connection-urls.ts'

export interface ClientCertificate {
  /** PEM: the certificate and those between it and the root. */
  readonly cert: string
  /** PEM, without a passphrase. */
  readonly key: string
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g

/** Throws `CONNECTION_NOT_SET` or `CONNECTION_INVALID`, whose messages show nothing of the value. */
export function readClientCertificate(connection: string, variableOf: VariableOf): ClientCertificate {
  const { text, env } = variableOf(connection)
  const refused = (problem: string, cause?: unknown) =>
    connectionInvalid({ connection, problem: `${env} ${problem}` }, { cause })
  const blocks = [...mendPem(text).matchAll(block)]
  const certificates = blocks.filter(([, label]) => label === 'CERTIFICATE').map(([pem]) => pem)
  const [key] = blocks.filter(([, label]) => label?.endsWith('PRIVATE KEY')).map(([pem]) => pem)
  const [first] = certificates
  if (first === undefined) throw refused('has no certificate as PEM in it')
  if (key === undefined) throw refused('has no private key as PEM in it')
  try {
    if (!new X509Certificate(first).checkPrivateKey(createPrivateKey(key))) {
      throw refused('has a private key that is not that of its first certificate')
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'CONNECTION_INVALID') throw error
    throw refused('has a certificate or a private key that cannot be read, or a key with a passphrase', error)
  }
  return { cert: certificates.join('\n'), key }
}
