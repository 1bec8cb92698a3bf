/**
 * Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). A stream ends with the token that opened it: its rights are
 * checked again at every heartbeat, and as soon as the platform tells of a change to the token, its key or its device.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { defineError } from '../../contracts/errors.ts'
import type { Actor } from '../../platform/auth/actor.ts'
import type { Platform } from '../../platform/platform.ts'
import type { EventSink } from '../../platform/resource.ts'

const tooManyStreams = defineError(
  'HTTP_TOO_MANY_STREAMS',
  503,
  () => 'Too many streams are open. Try again in a moment.',
)

const maxStreams = 50
/** A reader that leaves more than this unread is disconnected; an event source then opens the stream again. */
const maxUnreadBytes = 1024 * 1024
export const heartbeatMs = 15_000

export interface StreamRequest {
  readonly actor: Actor
  /** Whether the token that opened the stream would still open it. */
  readonly isAllowed: () => Promise<boolean>
  /** Sends until what it returns is called. */
  readonly begin: (sink: EventSink) => () => void
}

export interface EventStreams {
  /** Takes the connection over from Fastify. Throws `HTTP_TOO_MANY_STREAMS`. */
  open(reply: FastifyReply, request: StreamRequest): FastifyReply
}

interface OpenStream {
  readonly actor: Actor
  /** Ends the stream unless it is still allowed. */
  check(): void
  end(): void
}

export function wantsStream({ headers, method }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/event-stream') === true
}

/** The streams of one server. They end when it closes. */
export function createEventStreams(
  app: FastifyInstance,
  { events, log }: Pick<Platform, 'events' | 'log'>,
): EventStreams {
  const streams = new Set<OpenStream>()
  let isClosing = false

  const checkThose = (isConcerned: (actor: Actor) => boolean): void => {
    for (const stream of streams) if (isConcerned(stream.actor)) stream.check()
  }
  const isDevice = (actor: Actor, deviceId: string) => actor.kind === 'device' && actor.deviceId === deviceId
  const unfollow = [
    events.on('apiTokenChanged', ({ apiTokenId }) =>
      checkThose((actor) => actor.kind === 'apiToken' && actor.apiTokenId === apiTokenId),
    ),
    events.on('keyChanged', ({ applicationKeyId }) =>
      checkThose((actor) => actor.kind === 'device' && actor.applicationKeyId === applicationKeyId),
    ),
    events.on('deviceChanged', ({ deviceId }) => checkThose((actor) => isDevice(actor, deviceId))),
    events.on('deviceDeleted', ({ deviceId }) => checkThose((actor) => isDevice(actor, deviceId))),
  ]
  app.addHook('preClose', (done) => {
    isClosing = true
    for (const stop of unfollow) stop()
    for (const { end } of streams) end()
    done()
  })

  return {
    open(reply, { actor, isAllowed, begin }) {
      if (isClosing || streams.size >= maxStreams) throw tooManyStreams({}, { headers: { 'retry-after': '5' } })
      const { raw } = reply
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' })

      let stop: (() => void) | undefined
      const forget = () => {
        clearInterval(heartbeat)
        streams.delete(stream)
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
      const check = () => {
        isAllowed().then(
          (isStill) => (isStill ? write(': alive\n\n') : end()),
          (err) => {
            log.error({ err }, 'The rights of a stream could not be checked, so it was ended')
            end()
          },
        )
      }
      const stream = { actor, check, end }
      const heartbeat = setInterval(check, heartbeatMs)
      raw.once('close', forget)
      raw.once('error', forget)
      streams.add(stream)
      write(': open\n\n')
      stop = begin({ send: (event, data) => write(`event: ${event}\ndata: ${data}\n\n`), end })
      // It may have ended while it began.
      if (!streams.has(stream)) forget()
      return reply
    },
  }
}
