/** What was sent and answered, as a dry run lists it. A body is shown as what it says, so that secrets in it are found. */
import type { SecretNames } from '../../engine/secret-names.ts'
import type {
  FlowStart,
  HttpRequest,
  HttpResponse,
  MailMessage,
  MongoRequest,
  RedisRequest,
  SqlRequest,
} from '../../engine/services.ts'
import { loggableUrl } from '../../server/http/log.ts'

export function describeRequest({ method, url, headers, body }: HttpRequest, names: SecretNames): object {
  return { method, url: shownUrl(url, names), headers, ...describeBody(body, headers['content-type'], names) }
}

/** A user and a password in it are refused, but would be shown. */
function shownUrl(url: string, names: SecretNames): string {
  const isPlain = URL.canParse(url) && new URL(url).username === '' && new URL(url).password === ''
  return isPlain ? loggableUrl(url, names) : '[no URL that can be requested]'
}

export function describeResponse({ status, headers, body }: HttpResponse, names: SecretNames): object {
  return { status, headers, ...describeBody(body, String(headers['content-type'] ?? ''), names) }
}

export function describeMail(message: MailMessage): object {
  return Object.fromEntries(Object.entries(message).filter(([, value]) => value.length > 0))
}

export function describeQuery({ connection, query, params }: SqlRequest): object {
  return { connection, query, params }
}

export function describeCommand({ connection, command, args }: RedisRequest): object {
  return { connection, command, args }
}

export function describeOperation({ timeoutMs: _, signal: __, ...asked }: MongoRequest): object {
  return asked
}

export function describeMessage(topic: string, message: string): object {
  return { topic, message: parsedOr(message) }
}

/** As it is at that moment: the run goes on with the same payload. */
export function describeStart({ flow, button, data, dueAt }: FlowStart): object {
  const later = dueAt === undefined ? {} : { at: new Date(dueAt) }
  return { flow, button, data: structuredClone(data), ...later }
}

function describeBody(
  body: string | Uint8Array | undefined,
  type: string | undefined,
  names: SecretNames,
): { body?: unknown } {
  if (body === undefined || body.length === 0) return {}
  const bytes = Buffer.from(body)
  const text = bytes.toString()
  if (!Buffer.from(text).equals(bytes)) return { body: `[${bytes.length} bytes]` }
  if (/^application\/x-www-form-urlencoded\b/i.test(type ?? ''))
    return { body: loggableUrl(`?${text}`, names).slice(1) }
  return { body: parsedOr(text) }
}

/** What a text says, where it is JSON. */
export function parsedOr(text: unknown): unknown {
  if (typeof text !== 'string') return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
