import { create } from 'content-disposition'
import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { defineNode, type NodeCheck, type RawConfig, type ReplyOutline } from '../../engine/node.ts'
import { Template, Value, ValueOf } from '../../engine/schema.ts'
import type { Cookie, Reply } from '../../engine/services.ts'
import { base64Bytes, isFileBytes } from '../../engine/values/file-bytes.ts'
import { isMap } from '../../engine/values/is-map.ts'
import { flag } from '../parts/flag.ts'
import { oneOf } from '../parts/one-of.ts'
import {
  checkCookies,
  checkHeaderNames,
  cookieValue,
  locationText,
  namedHeaderValue,
  saysMarkup,
} from '../parts/reply-headers.ts'

const statusMissing = defineError(
  'FLOW_REPLY_STATUS_MISSING',
  500,
  () => 'The status of the reply is missing: its template gave nothing.',
)

const notBytes = defineError(
  'FLOW_REPLY_NOT_BASE64',
  500,
  () => 'The body of the reply is neither text in Base64 nor a file, which is a map with encoding: base64 and content.',
)

const cookie = Type.Object({
  name: Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", description: 'Name of the cookie, sent as it is.' }),
  value: Value({ description: 'Value of the cookie: text, a number or a boolean.' }),
  path: Type.Optional(
    Type.String({
      pattern: '^/[^;\\s]*$',
      description: 'The path below which browsers send the cookie back.',
      default: '/',
    }),
  ),
  domain: Type.Optional(
    Type.String({
      pattern: '^[^;\\s]+$',
      description: 'The domain that the cookie is for. Defaults to the host only.',
    }),
  ),
  maxAgeSeconds: Type.Optional(
    ValueOf(Type.Integer(), {
      description:
        'How long the cookie lasts. Without it, the cookie lasts until the browser is closed; 0 removes the cookie.',
    }),
  ),
  httpOnly: flag('Hides the cookie from scripts.', true),
  secure: flag('Sends the cookie back only over HTTPS.'),
  sameSite: oneOf(['strict', 'lax', 'none'], { default: 'lax' }),
})

export const reply = defineNode({
  type: 'reply',
  losant: { type: 'EndpointReplyNode' },
  summary: 'Answers the request.',
  description: `The first reply wins; later ones are ignored and logged. A reply ends its path unless it has \`next\`, so the node below it in the
list is reached only by a wire.

Text is sent as it is, anything else as JSON. If \`headers\` has a literal \`content-type\` of HTML, SVG or other XML, \`<< >>\` in the body
escapes HTML and \`<<< >>>\` does not. A header that is \`null\` is left out; a list sends the header once for each item. A value with a line
break fails the run, since it would start a header of the client's choice. Characters outside of ASCII are encoded in \`location\` and in the
\`filename\` of \`content-disposition\`.

With \`encoding: base64\`, the client gets bytes: those of a text in Base64, such as \`http\` gives with that \`encoding\`, or those of a
[file](../../flow-format.md#bytes), such as an upload. A file sets \`content-type\` and \`content-disposition\` itself if \`headers\` does not. Since
the sender of the file chose them, \`content-security-policy\` then forbids scripts in it.

A reply of bytes has an \`etag\`: a matching \`If-None-Match\` is answered with 304, and \`Range\` with one part, as video players ask for. Several
ranges that do not touch are answered with the whole body and 200, as RFC 9110 allows, so many ranges cost no more than one. Browsers
store it only if you set \`cache-control\`. Any other reply supports \`If-None-Match\` and \`If-Modified-Since\` if its \`headers\` have \`etag\` or
\`last-modified\`.`,
  config: Type.Object({
    status: Type.Optional(
      ValueOf(Type.Integer({ minimum: 200, maximum: 599 }), {
        description: 'HTTP status. Defaults to 302 with `redirect`.',
        default: 200,
        acceptsDigits: true,
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Value(), { description: 'Headers by name; names are not case-sensitive.' }),
    ),
    cookies: Type.Optional(Type.Array(cookie, { description: 'Cookies to set.' })),
    body: Type.Optional(Value({ description: 'Body of the reply.' })),
    encoding: oneOf(['base64'], {
      description: 'Says that the body is text in Base64, or a file such as an upload. The client gets its bytes.',
    }),
    redirect: Type.Optional(Template({ description: 'Sends the client to this address.' })),
  }),
  outputs: ['next'],
  roles: { reply: { outline } },
  escapesHtml: (config) => (saysMarkup(config) ? ['body'] : []),
  check: (check) => {
    checkHeaderNames(check)
    checkCookies(check)
    checkStatus(check)
  },
  compile: ({ status, headers = {}, cookies = [], body, encoding, redirect }) => {
    const named = Object.entries(headers).map(([name, value]) => ({
      name: name.toLowerCase(),
      field: `headers.${name}`,
      value,
    }))

    return (payload, run) => {
      const sent: Record<string, string | readonly string[]> = {}
      for (const { name, field, value } of named) {
        const text = namedHeaderValue(name, field, value(payload))
        if (text !== undefined) sent[name] = text
      }
      if (redirect) sent.location = locationText('redirect', redirect(payload))

      const chosen = status ? status(payload) : redirect ? 302 : 200
      // A 200 instead of the status that the flow asked for would hide what went wrong.
      if (chosen === undefined) throw statusMissing({})

      const counts = run.reply({
        status: chosen,
        headers: sent,
        cookies: cookies.map(({ value, maxAgeSeconds, ...rest }, index): Cookie => {
          const age = maxAgeSeconds?.(payload)
          return {
            path: '/',
            httpOnly: true,
            sameSite: 'lax',
            ...rest,
            value: cookieValue(`cookies[${index}].value`, value(payload)),
            ...(age === undefined ? {} : { maxAgeSeconds: age }),
          }
        }),
        ...(encoding && body ? bytesReply(body(payload), sent) : { body: body?.(payload) }),
      })
      if (!counts)
        run.log(
          'warn',
          'This reply is not sent: the request has been answered already, or nothing waits for an answer.',
        )
      return 'next'
    }
  },
  examples: [
    {
      title: 'JSON',
      yaml: `type: reply
status: 201
body:
  deviceId: << data.device.id >>
  name: << data.device.name >>`,
      payload: { data: { device: { id: '5f1c2d3e4f5a6b7c8d9e0f1a', name: 'Fern "the third"' } } },
      expect: { reply: { status: 201, body: { deviceId: '5f1c2d3e4f5a6b7c8d9e0f1a', name: 'Fern "the third"' } } },
    },
    {
      title: 'A page, in which values are escaped',
      yaml: `type: reply
headers: { content-type: text/html; charset=utf-8 }
body: <p>Hello, << data.name >></p>`,
      payload: { data: { name: '<script>' } },
      expect: {
        reply: {
          status: 200,
          headers: { 'content-type': 'text/html; charset=utf-8' },
          body: '<p>Hello, &lt;script&gt;</p>',
        },
      },
    },
    {
      title: 'A redirect that signs the browser in',
      yaml: `type: reply
redirect: /plants/<< data.plant >>
cookies:
  - name: authorization
    value: << data.token >>
    maxAgeSeconds: 3600
    secure: true`,
      payload: { data: { plant: 'Grünlilie', token: 'abc.def.ghi' } },
      expect: {
        reply: {
          status: 302,
          headers: { location: '/plants/Gr%C3%BCnlilie' },
          cookies: [
            {
              name: 'authorization',
              value: 'abc.def.ghi',
              path: '/',
              maxAgeSeconds: 3600,
              httpOnly: true,
              secure: true,
              sameSite: 'lax',
            },
          ],
        },
      },
    },
    {
      title: 'An image from another server',
      yaml: `type: reply
headers: { content-type: image/png, cache-control: max-age=3600 }
encoding: base64
body: << data.image.body >>`,
      payload: { data: { image: { body: 'iVBORw0KGgo=' } } },
      expect: { reply: { status: 200, headers: { 'content-type': 'image/png' }, body: 'iVBORw0KGgo=' } },
    },
    {
      title: 'A value that would break out of its header',
      yaml: `type: reply
headers:
  x-plant: << data.name >>`,
      payload: { data: { name: 'Fern\r\nset-cookie: authorization=stolen' } },
      expect: { error: 'headers.x-plant' },
    },
  ],
})

function checkStatus({ config, report }: NodeCheck): void {
  const status = Number(config.status)
  if ([204, 304].includes(status) && config.body !== undefined && config.body !== null) {
    const message = `A reply with ${status} has no body, so this one is not sent.`
    const hint = 'Remove it, or reply with another status.'
    report({ code: 'FLOW_UNKNOWN_FIELD', severity: 'warning', at: ['body'], atKey: true, message, hint })
  }
  const headers = isMap(config.headers) ? Object.keys(config.headers).map((name) => name.toLowerCase()) : []
  if (![301, 302, 303, 307, 308].includes(status) || config.redirect !== undefined || headers.includes('location'))
    return
  const message = `A reply with ${status} sends the client elsewhere, and this one does not say where.`
  report({
    code: 'FLOW_MISSING_FIELD',
    severity: 'warning',
    at: ['status'],
    message,
    hint: 'Add "redirect:" with the address.',
  })
}

/** Reads the body as bytes. If it is a file, adds the headers that the file sets and the flow does not. */
function bytesReply(
  body: unknown,
  headers: Record<string, string | readonly string[]>,
): Pick<Reply, 'body' | 'encoding'> {
  const content = isFileBytes(body) ? body.content : typeof body === 'string' ? body.replace(/[\r\n]+/g, '') : undefined
  if (content === undefined || base64Bytes(content) === undefined) throw notBytes({})
  if (isFileBytes(body)) {
    const { contentType, filename } = body
    if (typeof filename === 'string' && filename !== '')
      headers['content-disposition'] ??= create(filename, { type: 'inline' })
    if (headers['content-type'] === undefined && typeof contentType === 'string' && mediaType.test(contentType)) {
      headers['content-type'] = contentType
      // The sender of the file chose its type, which may be that of a page with scripts.
      headers['content-security-policy'] ??= "script-src 'none'"
    }
  }
  return { body: content, encoding: 'base64' }
}

/** A media type that can be sent in a header. */
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;[\x20-\x7e]*)?$/

function outline({ status, headers, cookies, body, encoding, redirect }: RawConfig): ReplyOutline {
  const named = isMap(headers) ? Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]) : []
  return {
    status: hasTemplate(status) ? undefined : Number(status ?? (redirect === undefined ? 200 : 302)),
    headers: {
      ...Object.fromEntries(named),
      ...(redirect === undefined ? {} : { location: redirect }),
      ...(Array.isArray(cookies) && cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body,
    ...(encoding === undefined ? {} : { isBinary: true }),
  }
}
