import { Type } from 'typebox'
import { defineNode } from '../../../engine/node.ts'
import { PathTo, Template, Value, ValueOf } from '../../../engine/schema.ts'
import { connectionField, timeoutField } from '../../parts/connection-fields.ts'
import { defined } from '../../parts/defined.ts'
import { failedEffect } from '../../parts/failed-effect.ts'
import { flag } from '../../parts/flag.ts'
import { oneOf } from '../../parts/one-of.ts'
import { mayRefuse, typedRefusalShape } from '../../parts/refuse.ts'
import { checkRequest } from './http-check.ts'
import { renderRequest, writeParts } from './http-request.ts'
import { encodings, responseShape, toResult } from './http-response.ts'
import { translateHttp } from './losant-http.ts'

const fields = (description: string) =>
  Type.Optional(Type.Record(Type.String(), Value(), { description: `${description} A list gives one for each item.` }))

export const http = defineNode({
  type: 'http',
  losant: { type: 'HttpNode', translate: translateHttp },
  summary: 'Makes an HTTP request, and puts the response on the payload.',
  description: `Every response takes \`then\`, whatever its status: check \`statusCode\`. If there is no response, since the host cannot be reached,
takes too long or sends more than 5 MB, \`else\` is taken with \`{ error: { type, message } }\`. Without an \`else\`, the run fails.

Requests may only go to public addresses. One to the server's own machine or network is refused, even through a redirect or a name. Name hosts
that flows may request nevertheless in \`application.yaml\`: \`http: { allow: [ "127.0.0.1:9000" ] }\`.

A redirect to another origin gets neither \`headers\`, \`auth\`, the body nor the client certificate, unless it leads to the same host under TLS.
\`headers.set-cookie\` of the response includes the cookies of redirects on the way.

If the environment names proxies (\`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`NO_PROXY\`, also in lower case), requests go through them. Addresses that are not
public are still refused, but a proxy looks up names itself: make sure that it cannot reach what flows must not.

A value is put into \`url\` as it is, with its slashes. Put what a client sent into \`query\`, or use \`<< encodeURIComponent … >>\`.`,
  config: Type.Object({
    method: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], {
      description: 'The HTTP method.',
      default: 'GET',
    }),
    url: Template({ description: 'The URL.', examples: ['https://api.example.com/plants/<< data.plantId >>'] }),
    query: fields('Parameters that are added to the URL.'),
    headers: Type.Optional(
      Type.Record(Type.String(), Value(), { description: 'Headers by name; names are not case-sensitive.' }),
    ),
    body: Type.Optional(
      Value({
        description:
          'The body. Text is sent as it is, a map `{ contentType, encoding: base64, content }`, such as an uploaded file, as bytes, and anything else as JSON.',
      }),
    ),
    form: fields('Fields of a form, sent as browsers do, instead of `body`.'),
    multipart: fields(
      'Fields of a form, sent in parts (`multipart/form-data`), instead of `body`. An uploaded file, or a map `{ filename, contentType, encoding: base64, content }`, is sent as a file.',
    ),
    auth: Type.Optional(
      Type.Object(
        {
          username: ValueOf(Type.String(), { description: 'The user name.' }),
          password: ValueOf(Type.String(), { description: 'The password.' }),
        },
        { description: 'Credentials for basic authentication.' },
      ),
    ),
    timeoutSeconds: timeoutField,
    followRedirects: flag('Follows redirects, at most 20.', true),
    acceptAnyCertificate: flag("Accepts the server's certificate whoever issued it, without verifying it."),
    clientCertificate: Type.Optional(
      connectionField(
        'The client certificate: a name under `connections` of `application.yaml`. Its environment variable has the certificate and its private key as PEM.',
      ),
    ),
    encoding: oneOf(encodings, {
      description:
        'How the body of the response is read. `auto`: as JSON if its content type says so, otherwise as text; `json`: as JSON if it can be parsed. JSON beyond the limits of a payload stays text.',
      default: 'auto',
    }),
    result: Type.Optional(PathTo({ description: 'Where the response goes, or the error.' })),
    errorResult: Type.Optional(PathTo({ description: 'Where the error goes. Defaults to `result`.' })),
  }),
  ...mayRefuse(typedRefusalShape, responseShape),
  check: checkRequest,
  compile: (config, { wired }) => {
    const { method = 'GET', timeoutSeconds, followRedirects, acceptAnyCertificate, encoding = 'auto', result } = config
    const { clientCertificate } = config
    const site = { result: config.errorResult ?? result, wired }
    return async (payload, run) => {
      const { request: rendered, parts } = renderRequest({ ...config, method }, payload)
      const request = parts ? await writeParts(rendered, parts) : rendered
      const timeoutMs = (timeoutSeconds?.(payload) ?? 10) * 1000
      const { clock, http } = run.services
      const began = clock.now()
      try {
        const response = await http({
          ...request,
          timeoutMs,
          followsRedirects: followRedirects ?? true,
          acceptsAnyCertificate: acceptAnyCertificate ?? false,
          ...defined({ clientCertificate }),
          signal: run.signal,
        })
        result?.set(payload, toResult({ request, response, ms: clock.now() - began }, encoding))
        return 'then'
      } catch (error) {
        return failedEffect(error, { ...site, payload })
      }
    }
  },
  examples: [
    {
      title: 'The weather forecast',
      yaml: `type: http
url: https://weather.example/forecast
query:
  place: << data.query.place >>
  days: 2
result: data.weather`,
      payload: { data: { query: { place: 'Köln & Bonn' } } },
      responses: [{ status: 200, headers: { 'content-type': 'application/json' }, body: '{"rain":[0,4.5]}' }],
      expect: {
        output: 'then',
        sent: [{ method: 'GET', url: 'https://weather.example/forecast?place=K%C3%B6ln+%26+Bonn&days=2' }],
        payload: { 'data.weather.statusCode': 200, 'data.weather.body.rain.1': 4.5 },
      },
    },
    {
      title: 'JSON with a token, and an else in case nobody answers',
      yaml: `type: http
method: POST
url: https://alerts.example/messages
headers:
  authorization: Bearer << data.token >>
body:
  text: << data.pot >> is dry.
timeoutSeconds: 3
result: data.alert
else:
  - type: reply
    status: 502
    body: { error: << data.alert.error.message >> }`,
      payload: { data: { pot: 'Fern "the third"', token: 'abc' } },
      responses: [{ error: 'alerts.example did not answer within 3 s.' }],
      expect: {
        output: 'else',
        sent: [
          {
            headers: { 'content-type': 'application/json', authorization: 'Bearer abc' },
            body: '{"text":"Fern \\"the third\\" is dry."}',
          },
        ],
        payload: { 'data.alert.error.message': 'alerts.example did not answer within 3 s.' },
      },
    },
    {
      title: 'A form, as many token endpoints require',
      yaml: `type: http
method: POST
url: https://login.example/token
auth: { username: pots, password: << data.secret >> }
form: { grant_type: client_credentials, scope: [ read, write ] }
result: data.token`,
      payload: { data: { secret: 's3cret' } },
      responses: [{ status: 401, headers: { 'content-type': 'text/plain' }, body: 'Who are you?' }],
      expect: {
        output: 'then',
        sent: [
          {
            headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic cG90czpzM2NyZXQ=' },
            body: 'grant_type=client_credentials&scope=read&scope=write',
          },
        ],
        payload: { 'data.token.statusCode': 401, 'data.token.body': 'Who are you?' },
      },
    },
    {
      title: 'An uploaded image, passed on unchanged',
      yaml: `type: http
method: PUT
url: https://images.example/plants/7
body: << data.body.photo >>
clientCertificate: images`,
      payload: {
        data: {
          body: { photo: { filename: 'fern.png', contentType: 'image/png', encoding: 'base64', content: 'iVBORw==' } },
        },
      },
      responses: [{ status: 204, headers: {}, body: '' }],
      expect: {
        output: 'then',
        sent: [
          {
            headers: { 'content-type': 'image/png' },
            body: Buffer.from([0x89, 0x50, 0x4e, 0x47]),
            clientCertificate: 'images',
          },
        ],
      },
    },
    {
      title: 'A value that would add a header',
      yaml: `type: http
url: https://weather.example/
headers: { x-place: << data.place >> }`,
      payload: { data: { place: 'Bonn\r\nx-admin: true' } },
      expect: { sent: [], error: 'headers.x-place cannot be sent: it has a line break in it.' },
    },
  ],
})
