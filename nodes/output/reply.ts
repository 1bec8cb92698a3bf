import { create } from 'content-disposition'
import { Type } from 'typebox'
import { defineError } from '../../contracts/errors.ts'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { defineNode, type RawConfig, type ReplyOutline } from '../../engine/node.ts'
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
  () => 'The body of the reply is neither text in Base64 nor a file: a map that has encoding: base64 and content.',
)

const cookie = Type.Object({
  name: Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$", description: 'Its name, as written.' }),
  value: Value({ description: 'Text, a number or a boolean.' }),
  path: Type.Optional(
    Type.String({ pattern: '^/[^;\\s]*$', description: 'Where the cookie is sent back to.', default: '/' }),
  ),
  domain: Type.Optional(Type.String({ pattern: '^[^;\\s]+$', description: 'The host alone, where it is not given.' })),
  maxAgeSeconds: Type.Optional(
    ValueOf(Type.Integer(), {
      description: 'How long it lasts; until the browser ends where it is not given. 0 removes it.',
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
  description: `The first reply wins; later ones are ignored and logged. A reply ends its path unless it has \`next\`, so what stands
below it in the list is reached by a wire alone.

A body that is text is sent as it is, anything else as JSON. Where \`headers\` has a literal \`content-type\` of HTML, SVG or other XML,
\`<< >>\` in the body escapes HTML and \`<<< >>>\` does not. A header that is \`null\` is left out; a list sends the header once an item.
A value that has a line break in it fails the run, since it would start a header of the client's choice. What is not ASCII is written as
\`location\` and the \`filename\` of \`content-disposition\` have it.

With \`encoding: base64\` the client gets bytes: of text in Base64, as \`http\` reads it with that \`encoding\`, or of a
[file](../../flow-format.md#bytes), as an upload has it. A file says its own \`content-type\` and \`content-disposition\` where \`headers\` does
not; since whoever sent the file has chosen them, its scripts are then forbidden by \`content-security-policy\`. Such a reply has an \`etag\`, by
which \`If-None-Match\` is answered 304, and \`Range\` gets one part of it, as players of video ask for. Browsers keep it only where \`cache-control\`
lets them: without one nothing is kept. \`If-None-Match\` and \`If-Modified-Since\` count for any reply whose \`headers\` have \`etag\` or \`last-modified\`.`,
  config: Type.Object({
    status: Type.Optional(
      ValueOf(Type.Integer({ minimum: 200, maximum: 599 }), {
        description: 'HTTP status; 302 with `redirect`.',
        default: 200,
        acceptsDigits: true,
      }),
    ),
    headers: Type.Optional(
      Type.Record(Type.String(), Value(), { description: 'Headers by name; case does not count.' }),
    ),
    cookies: Type.Optional(Type.Array(cookie, { description: 'Cookies to set.' })),
    body: Type.Optional(Value({ description: 'What the client gets.' })),
    encoding: oneOf(['base64'], {
      description: 'The body is text in Base64, or a file as an upload has it; the client gets its bytes.',
    }),
    redirect: Type.Optional(Template({ description: 'Sends the client to this address.' })),
  }),
  outputs: ['next'],
  roles: { reply: { outline } },
  escapesHtml: (config) => (saysMarkup(config) ? ['body'] : []),
  check: (check) => {
    checkHeaderNames(check)
    checkCookies(check)
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
      // A reply that says 200 where the flow asked for something else would hide what went wrong.
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
        run.log('warn', 'This reply is not sent: the request was answered before, or nothing waits for an answer.')
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
      title: 'An image that another server has',
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

/** The bytes of a file, and the headers that it says itself where the flow does not. */
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
      // Whoever sent the file has chosen its type, which may be that of a page.
      headers['content-security-policy'] ??= "script-src 'none'"
    }
  }
  return { body: content, encoding: 'base64' }
}

/** One that a header can have. */
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
