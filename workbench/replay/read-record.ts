/** Reads a recorded run and validates it, since somebody may have edited the file. */
import { type Static, type TSchema, Type } from 'typebox'
import { Check, Errors } from 'typebox/value'
import { decode } from '../../server/recorder/encoding.ts'
import type { RunRecord } from '../../server/recorder/run-record.ts'
import { readText } from '../read-text.ts'
import { callWrong } from '../refusals.ts'
import { fetchRun } from './fetch-run.ts'

const maybe = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])
const error = Type.Object({ code: Type.String(), message: Type.String(), statusCode: Type.Optional(Type.Integer()) })

const schema = Type.Object({
  version: Type.Literal(1),
  id: Type.String(),
  flow: Type.String({ pattern: '^[^/\\\\]+$' }),
  file: Type.String(),
  trigger: Type.Object({ id: Type.String(), type: Type.String() }),
  time: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT' }),
  outcome: Type.Union([Type.Literal('ok'), Type.Literal('failed')]),
  error: Type.Optional(error),
  isTraced: Type.Boolean(),
  isRedacted: Type.Boolean(),
  isCut: Type.Boolean(),
  limits: Type.Object({
    runTimeoutMs: Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1 }),
    maxVisits: Type.Integer({ minimum: 1 }),
    maxPayloadBytes: Type.Integer({ minimum: 1 }),
  }),
  payload: Type.Object({}),
  visits: Type.Array(
    Type.Object({
      node: Type.String(),
      type: Type.String(),
      file: Type.String(),
      line: Type.Integer(),
      output: maybe(Type.String()),
      changes: Type.Array(Type.Object({ path: Type.String() })),
      logs: Type.Array(Type.Object({ level: Type.String(), message: Type.String() })),
      error: Type.Optional(error),
    }),
  ),
  calls: Type.Array(
    Type.Object({
      visit: maybe(Type.Integer()),
      call: Type.String(),
      answer: maybe(Type.Object({ thrown: Type.Optional(error) })),
      answered: maybe(Type.Integer()),
    }),
  ),
  clock: Type.Array(Type.Number()),
  random: Type.Array(Type.String()),
})

const missing = 'For a run that a server has recorded, give its ID and --server.'

/**
 * `file` is a path, or `-` for standard input. If `server` is given, it is the ID of a run that was recorded there. Throws `CLI_CALL_WRONG` if
 * that is not a recorded run, or is one that cannot be repeated.
 */
export async function readRecord(file: string, server?: string): Promise<RunRecord> {
  const where = server !== undefined ? `The run ${file}` : file === '-' ? 'Standard input' : file
  const text = server === undefined ? await readText(file, where, missing) : await fetchRun(server, file)
  const record = parseRecord(text, where)
  if (!record.isTraced) {
    throw callWrong(
      { problem: `${where} says how the run failed, but not what it did: nobody watched it.` },
      { hint: 'The next run of the flow that fails is recorded whole; every run is, with --record all.' },
    )
  }
  return record
}

/** Throws `CLI_CALL_WRONG` if the text is not a recorded run. `where` names it in the message. */
export function parseRecord(text: string, where: string): RunRecord {
  const record = parse(text, where)
  if (!isRecord(record)) {
    const [first] = Errors(schema, record)
    throw callWrong({
      problem: `${where} is no recorded run: ${first ? `${first.instancePath || 'it'} ${first.message}` : 'it'}.`,
    })
  }
  try {
    decode(record.payload)
  } catch (cause) {
    const isTooDeep = cause instanceof RangeError
    const reason = isTooDeep
      ? 'its payload is nested too deep.'
      : cause instanceof Error
        ? cause.message
        : String(cause)
    throw callWrong({ problem: `${where} is no recorded run: ${reason}` }, { cause })
  }
  return record
}

/** The schema checks everything that a replay relies on. The rest is only compared. */
function isRecord(value: unknown): value is RunRecord & Static<typeof schema> {
  return Check(schema, value)
}

function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `${where} is not JSON: ${reason}` }, { cause })
  }
}
