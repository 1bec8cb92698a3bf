import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'

export interface ReadStream {
  readonly response: IncomingMessage
  /** Reads on until `wanted` has come, and returns what came. Rejects where the stream ends instead. */
  next(wanted: string): Promise<string>
  /** Reads on until the stream ends, and returns what came. */
  rest(): Promise<string>
}

/** Opens a stream of server-sent events over a real connection. */
export async function openStream(app: FastifyInstance, path: string, token: string): Promise<ReadStream> {
  if (!app.server.listening) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const headers = { authorization: `Bearer ${token}`, accept: 'text/event-stream' }
  const asked = request({ port, host: '127.0.0.1', path, headers }).end()
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.setEncoding('utf8')
  const parts = response[Symbol.asyncIterator]()
  let text = ''
  const readOn = async (): Promise<boolean> => {
    const { done, value } = await parts.next()
    if (!done) text += value
    return !done
  }
  const take = (length: number): string => {
    const taken = text.slice(0, length)
    text = text.slice(length)
    return taken
  }
  const stream = {
    response,
    async next(wanted: string) {
      while (!text.includes(wanted)) {
        if (!(await readOn())) throw new Error(`The stream ended before ${JSON.stringify(wanted)}: ${text}`)
      }
      return take(text.indexOf(wanted) + wanted.length)
    },
    async rest() {
      while (await readOn());
      return take(text.length)
    },
  }
  await stream.next(': open\n\n')
  return stream
}
