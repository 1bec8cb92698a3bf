/** What a running server has recorded. */
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { labelOf } from '../../engine/trigger-label.ts'
import { parseJson } from '../../engine/values/json.ts'
import type { Json } from '../../server/recorder/encoding.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { ShownRunSummary } from '../../server/resources/run-schemas.ts'
import type { DryReply } from '../dry-run/ask.ts'
import type { DryRunResult } from '../dry-run/dry-run.ts'
import { plainOf } from '../dry-run/plain-value.ts'
import { showRecord } from '../dry-run/record-run.ts'
import { callWrong } from '../refusals.ts'
import { parseRecord } from '../replay/read-record.ts'
import { otherVersion, type RemoteServer } from './remote-server.ts'

export interface RunChoice {
  /** The flow's ID. */
  readonly flow?: string
  /** How many of the newest: 1 to 100, 20 if it is not given. */
  readonly limit?: string
}

/** `label` says what started the run: `POST /devices`, a button's name, or the trigger's type if that has no more to say. */
export type ListedRun = Static<typeof ShownRunSummary> & { readonly label: string }

const Summaries = Type.Array(ShownRunSummary)

/** The newest first. */
export async function listRuns(server: RemoteServer, { flow, limit = '20' }: RunChoice): Promise<ListedRun[]> {
  if (!/^([1-9]\d?|100)$/.test(limit)) {
    throw callWrong({ problem: `--limit is "${limit}", but it must be a whole number from 1 to 100.` })
  }
  const query = new URLSearchParams({ limit, ...(flow === undefined ? {} : { flowId: flow }) })
  const listed = parseJson(await server.get(`/runs?${query}`, 'runs'))
  if (!Check(Summaries, listed)) throw otherVersion(server)
  return listed.map((run) => ({ ...run, label: whatStarted(run) }))
}

export async function fetchRecord(server: RemoteServer, id: string): Promise<RunRecord> {
  const text = await server.get(`/runs/${encodeURIComponent(id)}`, `run ${id}`)
  return parseRecord(text, `The run ${id}`)
}

/** A record in the form in which dry runs are shown. */
export function showRecordedRun(record: RunRecord): Omit<DryRunResult, 'ok' | 'payload'> {
  const { flow, reply, error = null } = record
  const shown = showRecord(record, { isLive: true })
  return { flow, trigger: whatStarted(record), ...shown, reply: replyOf(reply), error }
}

function whatStarted({ trigger }: Pick<RunRecord, 'trigger'>): string {
  return labelOf(trigger.id) || trigger.type
}

const RecordedReply = Type.Object({
  status: Type.Integer(),
  headers: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  body: Type.Optional(Type.Unknown()),
})

/** As the flow gave it, without the headers that the server adds. */
function replyOf(recorded: Json): DryReply | null {
  const reply = plainOf(recorded)
  return Check(RecordedReply, reply) ? { headers: {}, body: '', ...reply } : null
}
