/** What the flows of a running server log. */
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import type { Json } from '../../server/recorder/encoding.ts'
import type { DebugMessage, RunRecord } from '../../server/recorder/run-record.ts'
import { plainOf } from '../dry-run/plain-value.ts'
import { fetchRecord, listRuns, type RunChoice } from './recorded-runs.ts'
import type { RemoteServer } from './remote-server.ts'

export interface LoggedMessage extends Omit<DebugMessage, 'details'> {
  readonly details?: unknown
}

const Message = Type.Object({
  time: Type.String(),
  run: Type.String(),
  flow: Type.String(),
  node: Type.Optional(Type.String()),
  level: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Unsafe<Json>({})),
})

/** What the newest recorded runs have logged, the oldest message first. */
export async function readLogged(server: RemoteServer, choice: RunChoice): Promise<LoggedMessage[]> {
  const messages: LoggedMessage[] = []
  for (const { id } of (await listRuns(server, choice)).toReversed()) {
    messages.push(...messagesOf(await fetchRecord(server, id)))
  }
  return messages
}

/** Resolves once it is open, with what flows log from then on until the server ends it. */
export async function followLogged(
  server: RemoteServer,
  { flow }: Pick<RunChoice, 'flow'>,
): Promise<AsyncIterable<LoggedMessage>> {
  const events = await server.stream('/debug', 'log')
  return (async function* () {
    for await (const { data } of events) {
      if (Check(Message, data) && (flow === undefined || data.flow === flow)) yield legible(data)
    }
  })()
}

function messagesOf({ id: run, time, flow, visits, error }: RunRecord): LoggedMessage[] {
  const began = Date.parse(time)
  const logged = visits.flatMap(({ node, at, logs }) =>
    logs.map((log) => legible({ time: new Date(began + at).toISOString(), run, flow, node, ...log })),
  )
  if (!error) return logged
  const { node, message } = error
  return [...logged, { time, run, flow, ...(node !== undefined && { node }), level: 'error', message }]
}

function legible({ details, ...message }: DebugMessage): LoggedMessage {
  return details === undefined ? message : { ...message, details: plainOf(details) }
}
