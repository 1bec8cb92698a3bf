/** Losant's HttpNode as an `http` node. */
import type { RawConfig } from '../../../engine/node.ts'
import { filled, translateErrorPath } from '../../parts/losant-fields.ts'
import { numberOf } from '../../parts/number-of.ts'

/** Losant's limit for every request. */
const longestSeconds = 30

export function translateHttp(config: RawConfig): RawConfig {
  const { method = 'GET', uriTemplate: url, timeoutTemplate, encodingTemplate, responsePath } = config
  for (const field of ['caCertTemplate', 'diskPathTemplate']) {
    if (config[field]) throw new Error(`${field} has no counterpart.`)
  }
  const { type, ...sent } = method === 'GET' || method === 'HEAD' ? {} : translateBody(config)
  const headers = translateHeaders(config, type)
  const seconds = numberOf(timeoutTemplate)
  return {
    method,
    url,
    ...(Object.keys(headers).length > 0 ? { headers } : {}),
    ...sent,
    ...translateAuth(config),
    ...(timeoutTemplate
      ? { timeoutSeconds: seconds === undefined ? timeoutTemplate : Math.min(seconds, longestSeconds) }
      : {}),
    ...(config.disableRedirects === true ? { followRedirects: false } : {}),
    ...(config.disableSSLVerification === true ? { acceptAnyCertificate: true } : {}),
    encoding: translateEncoding(encodingTemplate),
    ...filled({ result: responsePath }),
    ...translateErrorPath(config),
  }
}

interface TranslatedBody {
  /** The content type that Losant sends. */
  readonly type?: string
  readonly body?: unknown
  readonly form?: unknown
  readonly multipart?: unknown
}

function translateBody(config: RawConfig): TranslatedBody {
  const { bodyType = 'string', bodyTemplate, bodyFields, requestEncodingTemplate = 'utf8' } = config
  switch (bodyType) {
    case 'none':
      return {}
    case 'string':
      if (requestEncodingTemplate && !isUtf8(requestEncodingTemplate)) {
        throw new Error(`A body in ${requestEncodingTemplate} has no counterpart.`)
      }
      return filled({ body: bodyTemplate })
    case 'jsonTemplate':
      return bodyTemplate ? { type: 'application/json', body: bodyTemplate } : {}
    case 'urlencoded':
      return { form: translateFields(bodyFields, 'keyTemplate') }
    case 'multipart':
      return { multipart: translateFields(bodyFields, 'keyTemplate') }
    default:
      throw new Error(`A body of the type ${bodyType} has no counterpart.`)
  }
}

function translateHeaders({ headerInfo }: RawConfig, type: string | undefined): RawConfig {
  const headers = translateFields(headerInfo, 'key')
  const isTyped = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type')
  return type === undefined || isTyped ? headers : { 'content-type': type, ...headers }
}

/** A name that is given several times gets a list. */
function translateFields(list: unknown, nameField: 'key' | 'keyTemplate'): RawConfig {
  const fields = new Map<string, unknown>()
  // As Losant exports it.
  for (const { [nameField]: name, valueTemplate } of (list ?? []) as readonly RawConfig[]) {
    if (typeof name !== 'string' || name === '') continue
    if (name.includes('{{')) throw new Error(`A field whose name is a template (${name}) has no counterpart.`)
    const before = fields.get(name)
    fields.set(name, before === undefined ? valueTemplate : [before, valueTemplate].flat())
  }
  return Object.fromEntries(fields)
}

function translateAuth({ authType = 'none', authCredentials }: RawConfig): RawConfig {
  if (authType === 'none') return {}
  if (authType !== 'basic') throw new Error(`Authentication of the type ${authType} has no counterpart.`)
  const { usernameTemplate = '', passwordTemplate = '' } = (authCredentials ?? {}) as RawConfig // as Losant exports it
  return { auth: { username: usernameTemplate, password: passwordTemplate } }
}

/** Losant parses every response that it can parse as JSON. */
function translateEncoding(encoding: unknown): 'json' | 'base64' {
  if (!encoding || isUtf8(encoding)) return 'json'
  if (encoding === 'base64') return 'base64'
  throw new Error(`An answer in ${encoding} has no counterpart.`)
}

function isUtf8(encoding: unknown): boolean {
  return /^utf-?8$/i.test(String(encoding))
}
