/** Checks what the schema of an `http` node cannot express. */
import { hasTemplate } from '../../../engine/compile/compile-value.ts'
import type { NodeCheck } from '../../../engine/node.ts'
import { misplaced, onlyOne } from '../../parts/misplaced.ts'
import { checkHeaderNames, headersOf } from '../../parts/reply-headers.ts'
import { checkConnection } from '../../parts/sql-check.ts'

/** Headers that no flow may set, since they frame the message, or say where it goes, which the URL does. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export function checkRequest(check: NodeCheck): void {
  const { config, report } = check
  const { method = 'GET', url, auth, multipart } = config
  const problem = typeof url === 'string' && !hasTemplate(url) ? problemOfUrl(url) : undefined
  if (problem !== undefined) report({ code: 'FLOW_WRONG_TYPE', at: ['url'], ...problem })

  const body = onlyOne(check, ['body', 'form', 'multipart'])
  if (body !== undefined && (method === 'GET' || method === 'HEAD')) {
    misplaced(report, body, `A ${method} request has no body.`, 'Say method: POST, or send it as query.')
  }

  checkConnection(check, { field: 'clientCertificate', example: 'bank: { env: BANK_CERTIFICATE }' })
  checkHeaderNames(check, { names: connectionHeaders, owner: 'connection' })
  for (const name of Object.keys(headersOf(config))) {
    const at = ['headers', name]
    if (auth !== undefined && /^authorization$/i.test(name)) misplaced(report, at, `${name} is set by auth.`)
    if (multipart !== undefined && /^content-type$/i.test(name)) {
      misplaced(report, at, `${name} is set by multipart, with its own boundary.`)
    }
  }
}

function problemOfUrl(url: string): { message: string; hint: string } | undefined {
  const hint = 'Write the whole URL: https://api.example.com/plants.'
  if (!URL.canParse(url)) return { message: `"${url}" is not a URL.`, hint }
  const { protocol, username, password } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') {
    return { message: `"${url}" begins with neither http:// nor https://.`, hint }
  }
  if (username === '' && password === '') return undefined
  return { message: 'The URL contains a user or a password.', hint: 'Move them to auth.' }
}
