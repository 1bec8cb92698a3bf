/** Repeats a recorded run with the answers that it got, and records it again. */
import type { Application, CompiledTrigger, RunRequest } from '../../engine/application.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { decode } from './encoding.ts'
import { replayServices } from './replay-services.ts'
import { RunCapture } from './run-capture.ts'
import type { RunRecord } from './run-record.ts'
import { writeRecord } from './write-record.ts'

function withSecrets(recorded: unknown, own: Readonly<Record<string, unknown>>): unknown {
  return { ...(isMap(recorded) ? recorded : {}), ...own }
}

/** A run that timed out times out again, after the same time. */
export async function replayRun(
  application: Application,
  trigger: CompiledTrigger,
  record: RunRecord,
): Promise<RunRecord> {
  const payload = decode(record.payload)
  if (!isMap(payload)) throw new TypeError('The payload of a recorded run is a map.')
  const { data, applicationId, experience, meta, relayId, relayType } = payload
  const request: RunRequest = {
    trigger,
    id: record.id,
    applicationId: String(applicationId),
    data,
    time: Date.parse(record.time),
    ...(isMap(experience) ? { experience } : {}),
    ...(meta === undefined ? {} : { meta }),
    ...(typeof relayId === 'string' ? { relayId } : {}),
    ...(typeof relayType === 'string' ? { relayType } : {}),
    services: replayServices(record, application.secretNames),
    log: () => undefined,
    // The record has no secrets, so those of this environment are used.
    prepare: ({ secrets }) => ({
      ...payload,
      ...(isMap(secrets) && { secrets: withSecrets(payload.secrets, secrets) }),
    }),
  }
  const capture = new RunCapture(request)
  await application.start(request, [capture]).done
  return writeRecord(capture, record.limits, application.secretNames)
}
