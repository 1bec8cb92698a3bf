/** Webhooks, which other services call: `/webhooks/NAME` and all paths below it. */
import type { FastifyRequest } from 'fastify'
import type { CompiledTrigger } from '../../engine/application.ts'
import { plainRecord } from './plain-record.ts'
import { asSent, nobody } from './request-payload.ts'

export type Webhook = CompiledTrigger<'webhook'>

export interface WebhookMatch {
  readonly webhook: Webhook
  /** What follows the name, beginning with the slash. */
  readonly path: string
}

/** `path` is the path of a request, without its query. */
export function findWebhook(webhooks: readonly Webhook[], path: string): WebhookMatch | undefined {
  if (!path.startsWith('/webhooks/')) return undefined
  const [, name, below] = /^\/webhooks\/([^/]+)(\/.*)?$/.exec(path) ?? []
  const webhook = name === undefined ? undefined : webhooks.find(({ spec }) => spec.name === name)
  return webhook && { webhook, path: below ?? '/' }
}

/** Builds what a flow reads of the request: Losant's webhook payload. */
export function webhookData(request: FastifyRequest, { webhook, path }: WebhookMatch): Record<string, unknown> {
  const { cookie: _, ...headers } = request.headers
  return {
    body: request.body ?? null,
    headers: { ...headers, 'x-forwarded-for': request.ip },
    method: request.method.toLowerCase(),
    path,
    query: plainRecord(request.query),
    ...(webhook.spec.rawBody ? asSent(request) : {}),
    ...(webhook.spec.reply ? { replyId: `${webhook.id}.${request.id}` } : {}),
  }
}

/** What started the run, and on whose behalf. */
export function webhookRelay({ spec }: Webhook) {
  return { triggerId: spec.name, triggerType: 'webhook', relayId: nobody, relayType: 'public' }
}
