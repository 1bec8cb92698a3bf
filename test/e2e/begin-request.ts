/** Keeps a request in flight for as long as a test wants: the server has its headers and waits for its body. */
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { text } from 'node:stream/consumers'

export interface BegunRequest {
  /** Sends the body and reads the answer. */
  finish(): Promise<{ status: number | undefined; headers: IncomingMessage['headers']; body: unknown }>
  /** Resolves when the server ends the connection without an answer. */
  readonly dropped: Promise<void>
}

/** Resolves once the server has asked for the body. */
export async function beginRequest(
  url: string,
  { body, token }: { body: unknown; token?: string },
): Promise<BegunRequest> {
  const sent = JSON.stringify(body)
  const begun = request(url, {
    method: 'POST',
    agent: new Agent({ keepAlive: true }),
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(sent),
      expect: '100-continue',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
  })
  const dropped = new Promise<void>((resolve) => {
    begun.on('error', () => resolve())
  })
  begun.flushHeaders()
  await once(begun, 'continue')
  return {
    dropped,
    async finish() {
      const answered = once(begun, 'response')
      begun.end(sent)
      const [response]: IncomingMessage[] = await answered
      if (!response) throw new Error('There was no response.')
      const { statusCode: status, headers } = response
      return { status, headers, body: JSON.parse(await text(response)) }
    },
  }
}
