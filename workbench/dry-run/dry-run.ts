/**
 * Runs a flow once and shows its record. A request to an endpoint goes through the experience listener, without a socket, so that it is
 * authorised, read and answered like any other.
 */

import { randomUUID } from 'node:crypto'
import type { FlowpotError } from '../../contracts/errors.ts'
import type { Application, CompiledTrigger, RunRequest } from '../../engine/application.ts'
import type { Returned } from '../../engine/custom-node.ts'
import { hideValues, type SecretNames } from '../../engine/secret-names.ts'
import type { Effects, Services } from '../../engine/services.ts'
import { labelOf } from '../../engine/trigger-label.ts'
import { isMap } from '../../engine/values/is-map.ts'
import type { Payload } from '../../engine/values/payload.ts'
import type { OpenedPlatform } from '../../server/compose/open-platform.ts'
import { createServices } from '../../server/compose/services.ts'
import { withoutSecrets } from '../../server/http/log.ts'
import type { RecordedLimits } from '../../server/recorder/run-record.ts'
import { setOwn } from '../../server/recorder/snapshot.ts'
import { requestRefused } from '../refusals.ts'
import { createAsker, type DryReply, signIn } from './ask.ts'
import { recordRuns, type ShownCall, type ShownRun, type ShownVisit } from './record-run.ts'
import { sampleDevice } from './sample-device.ts'
import { chooseTrigger, type SampleChoice, sampleRequest } from './sample-request.ts'

export interface Sample extends SampleChoice {
  /** Address of the experience user who asks, and who is created if there is none. */
  readonly user: string | undefined
  readonly body?: unknown
  /** Merged into the payload that the trigger makes. */
  readonly payload: Payload
}

export interface DryRunError {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** The visit that threw, if one did. */
  readonly node?: string
  readonly file?: string
  readonly line?: number
}

export interface DryRunResult {
  /** Whether the run went well: it threw nothing and, where somebody waited for a reply, gave one. */
  readonly ok: boolean
  readonly flow: string
  /** The trigger as it is written in the flow: `POST /devices`. */
  readonly trigger: string
  /** As the client would get it, without the secrets of `application.yaml`. */
  readonly reply: DryReply | null
  readonly visits: readonly ShownVisit[]
  readonly calls: readonly ShownCall[]
  /** Paths that were read but did not exist. */
  readonly missing: readonly string[]
  readonly payload: unknown
  /** For a custom node: the output by which it was left, and its value. */
  readonly returned?: Returned
  readonly error: DryRunError | null
}

export interface DryRunScope {
  readonly application: Application
  readonly flowId: string
  readonly opened: OpenedPlatform
  readonly effects: Effects
  /** Whether the store and the effects are real. Otherwise, the store is gone after the run. */
  readonly isLive: boolean
  readonly limits: RecordedLimits
}

const address = '127.0.0.1'

export async function dryRun(
  { application, flowId, opened, effects, isLive, limits }: DryRunScope,
  sample: Sample,
): Promise<DryRunResult> {
  const trigger = chooseTrigger(application, flowId, sample)
  const prepare = (payload: Payload) => merge(payload, sample.payload)
  const recording = recordRuns(application, { limits, isLive, prepare })
  const services = createServices(opened.platform, effects)(address)
  const user = sample.user === undefined ? undefined : { token: await signIn(services, sample.user, '--user') }
  const begun = { application: recording.application, services }
  const data = sampleData(trigger, sample.body)
  // No device is created in the real store.
  const isOfDevice = trigger.type.startsWith('device-') && !isLive
  const triggerId = isOfDevice ? await sampleDevice(services, data) : undefined
  const start = { trigger, applicationId: opened.platform.applicationId, data, triggerId }
  const reply = isEndpoint(trigger)
    ? await requestEndpoint(trigger, begun, opened, sample, user?.token)
    : await fire(begun, start)
  return describe(trigger, reply, await recording.ended(), application.secretNames)
}

interface Begun {
  readonly application: Application
  readonly services: Services
}

function isEndpoint(trigger: CompiledTrigger): trigger is CompiledTrigger<'endpoint'> {
  return trigger.type === 'endpoint'
}

async function requestEndpoint(
  endpoint: CompiledTrigger<'endpoint'>,
  { application, services }: Begun,
  { platform }: OpenedPlatform,
  sample: Sample,
  token: string | undefined,
): Promise<DryReply> {
  const { method, url } = sampleRequest(endpoint, sample.request, sample.payload)
  const served = serveAlone(application, endpoint, namesCaller(sample.payload))
  const asker = createAsker(() => served, services, platform)
  try {
    return await asker.ask({ method, url, token, body: sample.body })
  } finally {
    await asker.close()
  }
}

/** The application with this endpoint only, enabled. It admits everybody if the given payload names the caller. */
function serveAlone(application: Application, endpoint: CompiledTrigger<'endpoint'>, admitsAll: boolean): Application {
  const access = admitsAll ? 'public' : endpoint.spec.access
  return {
    ...application,
    endpoints: [{ ...endpoint, spec: { ...endpoint.spec, access, enabled: true } }],
    start: (request) => application.start({ ...request, trigger: endpoint }),
  }
}

function namesCaller({ experience }: Payload): boolean {
  return isMap(experience) && (isMap(experience.user) || isMap(experience.device))
}

async function fire(
  { application, services }: Begun,
  start: Pick<RunRequest, 'trigger' | 'applicationId' | 'data' | 'triggerId'>,
): Promise<DryReply | null> {
  const running = application.start({ ...start, id: randomUUID(), services, log: () => undefined })
  const { reply } = await running.done
  return reply ? { status: reply.status, headers: reply.headers, body: reply.body } : null
}

/** `data` of the payload: for a webhook, a button or an error trigger the body is a part of it, for the others all of it. */
function sampleData({ type, sample }: CompiledTrigger, body: unknown): unknown {
  if (body === undefined) return sample ?? {}
  const hasMore = type === 'webhook' || type === 'button' || type === 'error'
  return hasMore ? { ...(isMap(sample) ? sample : {}), body } : body
}

function describe(
  trigger: CompiledTrigger,
  reply: DryReply | null,
  run: ShownRun | undefined,
  names: SecretNames,
): DryRunResult {
  const { outcome, visits = [], calls = [], missing = [] } = run ?? {}
  const error = outcome ? outcome.error : refused(reply)
  return {
    ok: error === undefined,
    flow: trigger.flow.name,
    trigger: labelOf(trigger.id),
    reply: hideValues(reply, names),
    visits,
    calls,
    missing,
    payload: withoutSecrets(outcome?.payload ?? null, names),
    ...(outcome?.returned ? { returned: withoutSecretsOf(outcome.returned, names) } : {}),
    error: error === undefined ? null : hideValues(describeError(error, visits), names),
  }
}

function withoutSecretsOf({ output, value }: Returned, names: SecretNames): Returned {
  return { output, value: withoutSecrets(value, names) }
}

function refused(reply: DryReply | null): FlowpotError {
  const status = reply?.status ?? 500
  const hint = status === 401 ? { hint: 'Ask as a user: --user ada@example.com.' } : {}
  return requestRefused({ status }, hint)
}

function describeError({ code, message, hint }: FlowpotError, visits: readonly ShownVisit[]): DryRunError {
  const failed = visits.find(({ output }) => output === null)
  return {
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(failed ? { node: failed.node, file: failed.file, line: failed.line } : {}),
  }
}

/** `over` merged into a copy of `under`, map by map. */
function merge(under: Payload, over: Readonly<Payload>): Payload {
  const merged: Payload = { ...under }
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined
    setOwn(merged, key, isMap(value) && isMap(below) ? merge(below, value) : value)
  }
  return merged
}
