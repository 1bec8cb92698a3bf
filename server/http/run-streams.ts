/**
 * Shows the runs of flows to whoever has an administrator's token: recorded ones as JSON, what goes on as server-sent events
 * (https://html.spec.whatwg.org/multipage/server-sent-events.html). A browser's `EventSource` sends no token, so it is not for browsers.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../platform/auth/actor.ts'
import { isAllowed } from '../../platform/auth/scopes.ts'

/** What the recorder knows. Records and events hold no secrets. */
export interface RunFeed {
  /** Summaries, the newest first. */
  list(query: { readonly flowId?: string | undefined; readonly limit: number }): Promise<readonly object[]>
  /** A record as JSON. */
  find(id: string): Promise<string | undefined>
  /** Returns what ends it. */
  watchRuns(watcher: (run: { readonly summary: { readonly id: string }; readonly json: string }) => void): () => void
  watchLogs(watcher: (message: object) => void): () => void
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

const declared = { scopes: ['all.Application'] }
const mostStreams = 50
const mostListed = 100
/** What a reader has not taken yet. Past it the connection ends; an event source opens it again. */
const mostBufferedBytes = 1024 * 1024
const heartbeatMs = 15_000

/** Adds the routes. Returns their paths. */
export function serveRuns(
  app: FastifyInstance,
  feed: RunFeed,
  authenticate: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>,
): readonly string[] {
  const streams = createStreams(app)
  const get = (url: string, handler: Handler): string => {
    const onRequest: Handler = async (request, reply) => {
      const refused = await authenticate(request, reply)
      return refused ?? (isAdministrator(request.actor) ? undefined : refuse(reply))
    }
    app.get(url, { onRequest, handler })
    return url
  }

  return [
    get('/applications/:applicationId/runs', async (request, reply) => {
      if (!wantsStream(request)) return feed.list(readQuery(request))
      return streams.open(reply, (send) => feed.watchRuns(({ summary }) => send('run', JSON.stringify(summary))))
    }),
    get('/applications/:applicationId/runs/:runId', async (request, reply) => {
      const { runId } = request.params as { runId: string }
      if (wantsStream(request)) return streams.open(reply, (send, end) => awaitRun(feed, runId, send, end))
      const json = await feed.find(runId)
      if (json === undefined) return reply.code(404).send({ type: 'NotFound', message: 'Run was not found' })
      return reply.type('application/json; charset=utf-8').send(json)
    }),
    get('/applications/:applicationId/debug', async (request, reply) => {
      if (!wantsStream(request)) {
        return reply.code(406).send({ type: 'Validation', message: 'Only text/event-stream here.' })
      }
      return streams.open(reply, (send) => feed.watchLogs((message) => send('debug', JSON.stringify(message))))
    }),
  ]
}

type Send = (event: string, data: string) => void

/** Tells of the run, once it is recorded if it is not yet, and ends. */
function awaitRun(feed: RunFeed, runId: string, send: Send, end: () => void): () => void {
  const tell = (record: string) => {
    send('run', record)
    end()
  }
  const stop = feed.watchRuns(({ summary, json }) => {
    if (summary.id === runId) tell(json)
  })
  feed
    .find(runId)
    .then((json) => {
      if (json !== undefined) tell(json)
    })
    .catch(end)
  return stop
}

function isAdministrator(actor: Actor): boolean {
  return isAllowed(actor, 'application', 'runs', declared)
}

function refuse(reply: FastifyReply): FastifyReply {
  return reply.code(403).send({ type: 'Forbidden', message: 'Runs are shown to administrators alone.' })
}

function wantsStream({ headers, method }: FastifyRequest): boolean {
  return method === 'GET' && headers.accept?.includes('text/event-stream') === true
}

function readQuery({ query }: FastifyRequest): { flowId: string | undefined; limit: number } {
  const { flowId, limit } = query as Readonly<Record<string, unknown>>
  const wanted = typeof limit === 'string' && /^\d{1,6}$/.test(limit) ? Number(limit) : mostListed
  return { flowId: typeof flowId === 'string' ? flowId : undefined, limit: Math.max(1, Math.min(mostListed, wanted)) }
}

function createStreams(app: FastifyInstance) {
  const open = new Set<() => void>()
  let isClosing = false
  app.addHook('preClose', (done) => {
    isClosing = true
    for (const end of open) end()
    done()
  })

  return {
    /** `begin` returns what is to happen at the stream's end. */
    open(reply: FastifyReply, begin: (send: Send, end: () => void) => () => void): FastifyReply {
      if (isClosing || open.size >= mostStreams) {
        const message = 'Too many streams are open. Try again in a moment.'
        return reply.code(503).header('retry-after', '5').send({ type: 'ServiceUnavailable', message })
      }
      const { raw } = reply
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders()))
        if (value !== undefined) raw.setHeader(name, value)
      raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', connection: 'close' })
      let stop: (() => void) | undefined
      const forget = () => {
        clearInterval(heartbeat)
        open.delete(end)
        stop?.()
        stop = undefined
      }
      const write = (text: string): void => {
        if (raw.writableEnded) return
        // Its reader may be gone since before it was opened.
        if (raw.destroyed) forget()
        else if (raw.writableLength > mostBufferedBytes) raw.destroy()
        else raw.write(text)
      }
      const heartbeat = setInterval(() => write(': alive\n\n'), heartbeatMs)
      const end = () => {
        raw.end()
        forget()
      }
      raw.once('close', forget)
      raw.once('error', forget)
      open.add(end)
      write(': open\n\n')
      stop = begin((event, data) => write(`event: ${event}\ndata: ${data}\n\n`), end)
      return reply
    },
  }
}
