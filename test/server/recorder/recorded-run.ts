/** Runs a flow, and gives its record. */

import type { Application, CompiledTrigger } from '../../../engine/application.ts'
import type { Services } from '../../../engine/services.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { replayRun } from '../../../server/recorder/replay-run.ts'
import { RunCapture } from '../../../server/recorder/run-capture.ts'
import type { RunRecord } from '../../../server/recorder/run-record.ts'
import { writeRecord } from '../../../server/recorder/write-record.ts'
import { quietServices } from '../../services.ts'

export const limits = { runTimeoutMs: 30_000, maxVisits: 10_000, maxPayloadBytes: 8 * 1024 * 1024 }

export function load(text: string, others: Readonly<Record<string, string>> = {}): Application {
  const sources = Object.entries({ 'flow.yaml': text, ...others }).map(([file, text]) => ({ file, text }))
  const { application, problems } = loadSources(sources, limits)
  if (!application) throw new Error(problems.map(({ message }) => message).join('\n'))
  return application
}

export function firstTrigger({ triggers }: Application): CompiledTrigger {
  const trigger = triggers.find(({ flow }) => flow.id === 'flow')
  if (!trigger) throw new Error('The flow has no trigger.')
  return trigger
}

export function request(application: Application, data: unknown, services: Partial<Services> = {}) {
  return {
    trigger: firstTrigger(application),
    id: 'run-1',
    applicationId: '6543210fedcba9876543210f',
    data,
    services: quietServices(services),
    log: () => undefined,
  }
}

export async function recordRun(
  application: Application,
  data: unknown,
  services: Partial<Services> = {},
): Promise<RunRecord> {
  const capture = new RunCapture(request(application, data, services))
  await application.start(capture.request, [capture]).done
  return throughJson(writeRecord(capture, limits, application.secretNames))
}

export function replayed(application: Application, record: RunRecord): Promise<RunRecord> {
  return replayRun(application, firstTrigger(application), record)
}

/** As a file has it. */
function throughJson(record: RunRecord): RunRecord {
  return JSON.parse(JSON.stringify(record))
}
