/**
 * Runs a flow once, recorded. An endpoint's run goes through the experience listener, without a socket, so that it is
 * authorised, read and answered as any request is.
 */
import { randomUUID } from 'node:crypto'
import type { Application, CompiledTrigger } from '../engine/application.ts'
import type { Services } from '../engine/services.ts'
import type { EndpointSpec } from '../engine/trigger.ts'
import { FlowpotError } from '../errors.ts'
import { createExperienceServer } from '../http/experience-server.ts'
import { createServices, type OpenedPlatform } from '../open-platform.ts'
import { callWrong } from './errors.ts'
import { createRecording, type RecordedCall, type RecordedVisit, type Recording } from './recording.ts'
import { chooseTrigger, type SampleChoice, sampleRequest } from './sample-request.ts'

export interface Sample extends SampleChoice {
  /** Address of the experience user who asks; made if there is none. */
  readonly user: string | undefined
  readonly body?: unknown
  /** Laid over the payload that the trigger makes. */
  readonly payload: Readonly<Record<string, unknown>>
}

export interface DryReply {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: unknown
}

export interface DryRunResult {
  /** Whether the run came to its end and, if an endpoint began it, was answered. */
  readonly ok: boolean
  readonly flow: string
  /** The trigger as it stands in the flow: `POST /devices`. */
  readonly trigger: string
  readonly reply: DryReply | null
  readonly visits: readonly RecordedVisit[]
  readonly calls: readonly RecordedCall[]
  /** Paths that were read and not there. */
  readonly missing: readonly string[]
  readonly payload: unknown
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string } | null
}

export interface DryRunScope {
  readonly application: Application
  readonly flowId: string
  readonly opened: OpenedPlatform
}

export async function dryRun({ application, flowId, opened }: DryRunScope, sample: Sample): Promise<DryRunResult> {
  const trigger = chooseTrigger(application, flowId, sample)
  const recording = createRecording()
  const recorded = recording.wrapApplication(application, sample.payload)
  const services = recording.wrapServices(createServices(opened.platform, '127.0.0.1'))
  const reply = isEndpoint(trigger)
    ? await requestEndpoint(trigger, recorded, services, opened, sample)
    : await fire(trigger, recorded, services, opened.platform.applicationId, sample)
  return describe(trigger, reply, recording)
}

function isEndpoint(trigger: CompiledTrigger): trigger is CompiledTrigger<EndpointSpec> {
  return trigger.type === 'endpoint'
}

async function requestEndpoint(
  endpoint: CompiledTrigger<EndpointSpec>,
  application: Application,
  services: Services,
  { platform }: OpenedPlatform,
  sample: Sample,
): Promise<DryReply> {
  const { method, url } = sampleRequest(endpoint, sample.request)
  const token = sample.user === undefined ? undefined : await signIn(services, sample.user)
  const server = createExperienceServer({
    application: () => application,
    applicationId: platform.applicationId,
    users: platform.users,
    devices: platform.devices,
    services: () => services,
  })
  try {
    const response = await server.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(sample.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(sample.body === undefined ? {} : { payload: JSON.stringify(sample.body) }),
    })
    const isJson = String(response.headers['content-type']).startsWith('application/json')
    const body = isJson && response.body !== '' ? JSON.parse(response.body) : response.body
    return { status: response.statusCode, headers: response.headers, body }
  } finally {
    await server.close()
  }
}

async function signIn(services: Services, email: string): Promise<string> {
  const before = await services.users.signToken({ user: email })
  if (before !== null) return before
  const password = Buffer.from(services.random.bytes(24)).toString('base64url')
  const created = await services.api('experienceUsers.post', { experienceUser: { email, password } })
  if ('error' in created) throw callWrong({ problem: `--user ${email}: ${created.error.message}` })
  const token = await services.users.signToken({ user: email })
  if (token === null) throw callWrong({ problem: `--user ${email} cannot be signed in.` })
  return token
}

async function fire(
  trigger: CompiledTrigger,
  application: Application,
  services: Services,
  applicationId: string,
  sample: Sample,
): Promise<DryReply | null> {
  const data = sample.body === undefined ? {} : { body: sample.body }
  const log = () => undefined
  const running = application.start({ trigger, id: randomUUID(), applicationId, data, services, log })
  const { reply } = await running.done
  return reply ? { status: reply.status, headers: reply.headers, body: reply.body } : null
}

async function describe(trigger: CompiledTrigger, reply: DryReply | null, recording: Recording): Promise<DryRunResult> {
  const outcome = await recording.done
  const error = outcome ? outcome.error : refused(reply)
  return {
    ok: error === undefined && (reply !== null || !isEndpoint(trigger)),
    flow: trigger.flow.name,
    trigger: trigger.id.split('/').slice(2).join('/'),
    reply,
    visits: recording.visits,
    calls: recording.calls,
    missing: [...recording.missing],
    payload: outcome?.payload ?? null,
    error: error === undefined ? null : describeError(error),
  }
}

/** The request was answered before the flow began. */
function refused(reply: DryReply | null): FlowpotError {
  const status = reply?.status ?? 500
  const hint = status === 401 ? { hint: 'Ask as a user: --user ada@example.com.' } : {}
  return callWrong({ problem: `The endpoint turned the request away with ${status} before the flow began.` }, hint)
}

function describeError(error: unknown) {
  if (!(error instanceof FlowpotError)) return { code: 'ERROR', message: String(error) }
  return { code: error.code, message: error.message, ...(error.hint === undefined ? {} : { hint: error.hint }) }
}
