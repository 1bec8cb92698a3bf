/** Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html. A stream ends with the token that opened it. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { defineError } from '../../contracts/errors.ts'
import type { Actor } from '../../platform/auth/actor.ts'
import type { Platform } from '../../platform/platform.ts'
import type { EventSink } from '../../platform/resource.ts'
import { followTokens } from './follow-tokens.ts'

const tooManyStreams = defineError(
  'HTTP_TOO_MANY_STREAMS',
  503,
  () => 'Too many streams are open. Try again in a moment.',
)

const maxStreams = 50
/** A reader that leaves more than this unread is disconnected; an event source then opens the stream again. */
const maxUnreadBytes = 1024 * 1024

export interface StreamRequest {
  readonly actor: Actor
  /** Whether the token that opened the stream would still open it. */
  readonly isAllowed: () => Promise<boolean>
  /** Sends events until the returned function is called. */
  readonly begin: (sink: EventSink) => () => void
}

export interface EventStreams {
  /** Takes the connection over from Fastify. Throws `HTTP_TOO_MANY_STREAMS`. */
  open(reply: FastifyReply, request: StreamRequest): FastifyReply
}

export function wantsStream({ headers, method }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/event-stream') === true
}

/** The streams of one server. They end when it closes, and with the tokens that opened them. */
export function createEventStreams(app: FastifyInstance, platform: Pick<Platform, 'events' | 'log'>): EventStreams {
  const streams = followTokens(app, platform)

  return {
    open(reply, { actor, isAllowed, begin }) {
      if (streams.isClosing || streams.count >= maxStreams)
        throw tooManyStreams({}, { headers: { 'retry-after': '5' } })
      const { raw } = reply
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' })

      let isOpen = true
      let stop: (() => void) | undefined
      const forget = () => {
        isOpen = false
        unfollow()
        stop?.()
        stop = undefined
      }
      const write = (text: string): void => {
        if (raw.writableEnded) return
        // The reader may have left before the stream was opened.
        if (raw.destroyed) forget()
        else if (raw.writableLength > maxUnreadBytes) raw.destroy()
        else raw.write(text)
      }
      const end = () => {
        raw.end()
        forget()
      }
      const unfollow = streams.follow({
        actor,
        isAllowed,
        goOn: () => write(': alive\n\n'),
        end,
        endsWithServer: true,
      })
      raw.once('close', forget)
      raw.once('error', forget)
      write(': open\n\n')
      stop = begin({ send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`), end })
      // The stream may have ended while it was being opened.
      if (!isOpen) forget()
      return reply
    },
  }
}
