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
  Type.Optional(Type.Record(Type.String(), Value(), { description: `${description} A list gives one an item.` }))

export const http = defineNode({
  type: 'http',
  losant: { type: 'HttpNode', translate: translateHttp },
  summary: 'Makes an HTTP request, and puts the answer on the payload.',
  description: `Every answer takes \`then\`, whatever its status: look at \`statusCode\`. Where there is none, since the host
cannot be reached, takes too long or answers with more than 5 MB, \`else\` is taken, with \`{ error: { type, message } }\`.
Without an \`else\` that fails the run.

Requests go to public addresses alone: one to the server's own machine or network is refused, also by way of a redirect
or of a name. Hosts that flows may request all the same are named in \`application.yaml\`:
\`http: { allow: [ "127.0.0.1:9000" ] }\`.

To another origin than that of \`url\` a redirect takes neither \`headers\`, \`auth\` nor a body along, and shows no certificate, unless it
leads to the same host under TLS. \`headers.set-cookie\` of the answer has the cookies of redirects on the way, too.

Where the environment names proxies (\`HTTP_PROXY\`, \`HTTPS_PROXY\`, \`NO_PROXY\`, also in lower case) requests go through them. An address
that is not public is refused all the same, but a proxy looks names up itself: let it reach nothing that flows must not.

A value is put into \`url\` as it is, slashes and all. What a client sent belongs in \`query\`, or in
\`<< encodeURIComponent … >>\`.`,
  config: Type.Object({
    method: oneOf(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'], {
      description: 'What is done there.',
      default: 'GET',
    }),
    url: Template({ description: 'Where to.', examples: ['https://api.example.com/plants/<< data.plantId >>'] }),
    query: fields('Added to the URL.'),
    headers: Type.Optional(
      Type.Record(Type.String(), Value(), { description: 'Headers by name; case does not count.' }),
    ),
    body: Type.Optional(
      Value({
        description:
          'Sent as it is where it is text, as bytes where it is a map `{ contentType, encoding: base64, content }`, such as an uploaded file, and as JSON where it is anything else.',
      }),
    ),
    form: fields('Fields of a form, sent as a browser does, in place of `body`.'),
    multipart: fields(
      'Fields of a form, sent in parts (`multipart/form-data`), in place of `body`. An uploaded file, or a map `{ filename, contentType, encoding: base64, content }`, is sent as a file.',
    ),
    auth: Type.Optional(
      Type.Object(
        {
          username: ValueOf(Type.String(), { description: "The user's name." }),
          password: ValueOf(Type.String(), { description: 'The password.' }),
        },
        { description: 'Who asks, by basic authentication.' },
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
        'How `body` is read. `auto`: as JSON if its type says so, else as text; `json`: as JSON if it can be parsed. JSON past the limits of a payload stays text.',
      default: 'auto',
    }),
    result: Type.Optional(PathTo({ description: 'Where the answer goes, or the error.' })),
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
      title: 'What the weather will be',
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
      title: 'JSON, with a token, and a way for when nobody answers',
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
      title: 'A form, as many token endpoints want it',
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
      title: 'An uploaded image, passed on as it came',
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
      title: 'A header that would become two',
      yaml: `type: http
url: https://weather.example/
headers: { x-place: << data.place >> }`,
      payload: { data: { place: 'Bonn\r\nx-admin: true' } },
      expect: { sent: [], error: 'headers.x-place cannot be sent: it has a line break in it.' },
    },
  ],
})
