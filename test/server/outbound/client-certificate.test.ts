import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readClientCertificate } from '../../../server/outbound/client-certificate.ts'
import { createVariableOf } from '../../../server/outbound/connection-urls.ts'
import { isInstalled, makeCertificate } from '../mqtt/certificate.ts'
import { failure, listen, openClient } from './http-scene.ts'

const variableOf = (value: string | undefined) =>
  createVariableOf({ connections: () => ({ bank: { env: 'BANK_CERTIFICATE' } }), env: { BANK_CERTIFICATE: value } })

describe.runIf(isInstalled('openssl'))('a client certificate', () => {
  const ours = makeCertificate()
  const other = makeCertificate()
  ours.remove()
  other.remove()

  test.each([
    ['as it is', (pem: string) => pem],
    ['on one line', (pem: string) => pem.replaceAll('\n', '\\n')],
    ['with line breaks of Windows, on one line', (pem: string) => pem.replaceAll('\n', '\\r\\n')],
    ['with spaces for its line breaks', (pem: string) => pem.replaceAll('\n', ' ')],
  ])('is shown to the server that a flow names, from the environment %s', async (_, written) => {
    const { cert, key } = other
    const server = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (request, response) => {
      const seen = request.socket instanceof TLSSocket ? request.socket.getPeerCertificate().fingerprint256 : undefined
      response.end(seen === undefined ? 'nobody' : 'somebody')
    })
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { url } = await listen(server, 'https')
    const value = written(ours.cert + ours.key)
    const send = openClient({ certificateOf: (connection) => readClientCertificate(connection, variableOf(value)) })
    const request = { acceptsAnyCertificate: true }
    expect((await send(url, { ...request, clientCertificate: 'bank' })).text).toBe('somebody')
    expect((await send(url, request)).text).toBe('nobody')
    expect((await failure(send(url, { ...request, clientCertificate: 'shop' }))).code).toBe('CONNECTION_INVALID')
  })

  test.each([
    ['nothing', undefined, 'BANK_CERTIFICATE is not set'],
    ['a URL', 'https://ada:hunter2@bank.example', 'has no certificate'],
    ['a certificate alone', ours.cert, 'has no private key'],
    ['a key alone', ours.key, 'has no certificate'],
    ['the key of another', ours.cert + other.key, 'is not that of its first certificate'],
    ['what is no key', ours.cert + ours.key.replace(/\n.{9}/, '\nAAAAAAAAA'), 'cannot be read'],
  ])('cannot be %s, and nothing of it is told', (_, value, problem) => {
    const read = () => readClientCertificate('bank', variableOf(value))
    expect(read).toThrow(problem)
    expect(read).not.toThrow(/hunter2|AAAA|BEGIN/)
  })
})
