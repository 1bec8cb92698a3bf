import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import {
  anything,
  headersShape,
  lowerCaseShape,
  objectShape,
  scalar,
  textShape,
  textsShape,
} from '../../engine/json-schema/shape.ts'
import { parseEndpoint, routeParams } from '../../engine/route.ts'
import { didYouMean } from '../../engine/source/nearest-name.ts'
import { TextSyntaxError } from '../../engine/source/syntax-error.ts'
import { defineTrigger, type EndpointSpec, type TriggerCheck } from '../../engine/trigger.ts'
import { flag } from '../parts/flag.ts'
import { misplaced, wrongValue } from '../parts/misplaced.ts'
import { rawBodyField, rawBodyShape } from '../parts/raw-body.ts'
import { refuseTemplates } from '../parts/refuse-templates.ts'
import { userShape } from '../parts/user-shape.ts'

const anyKeys = objectShape({}, true)

export const endpoint = defineTrigger({
  key: 'endpoint',
  losant: 'endpoint',
  summary: 'An HTTP request to a route of the application.',
  description: `A route has literals, \`{name}\` for one segment, \`{name?}\` for a last segment that may be missing, and \`{name*}\` for
the rest of the path. The most specific route wins. Routes are case-sensitive, and a slash at the end is ignored. HEAD is answered like GET,
and OPTIONS as \`cors\` of the application says, unless a flow has an endpoint for it.

Every path through the flow must reach a \`reply\`. Access is checked before the flow runs: a request without a required token is answered
with 401, and one from outside the groups with 403.`,
  config: Type.Object({
    endpoint: Type.String({ description: 'Method and route.', examples: ['POST /devices', 'GET /devices/{deviceId}'] }),
    access: Type.Optional(
      Type.Union(
        [
          Type.Literal('public'),
          Type.Literal('authenticated'),
          Type.Literal('device'),
          Type.Object({ groups: Type.Array(Type.String(), { minItems: 1 }) }),
        ],
        {
          description:
            'Who may call: anyone, experience users with a token, devices with a token, or the users of some experience groups.',
          default: 'public',
        },
      ),
    ),
    description: Type.Optional(Type.String({ description: 'For the list of routes.' })),
    enabled: flag('Whether the route is served.', true),
    rawBody: rawBodyField,
    unauthorized: Type.Optional(
      Type.Union(
        [
          Type.Object({ status: Type.Integer({ minimum: 400, maximum: 599 }), body: Type.Unknown() }),
          Type.Object({ redirect: Type.String({ minLength: 1 }) }),
        ],
        { description: 'The answer that replaces the plain 401 and 403. It takes no templates.' },
      ),
    ),
  }),
  expectsReply: true,
  shape: (config) => {
    const params = routeParams(parseEndpoint(config.endpoint).segments)
    return {
      data: objectShape({
        body: anything,
        cookies: textsShape,
        headers: headersShape,
        method: lowerCaseShape,
        path: textShape,
        params: objectShape(Object.fromEntries(params.map((name) => [name, textShape]))),
        query: textsShape,
        replyId: scalar,
        ...(config.rawBody ? rawBodyShape : {}),
      }),
      experience: objectShape({
        user: userShape,
        endpoint: objectShape(
          { id: scalar, method: scalar, route: scalar, access: anything, description: scalar },
          true,
        ),
        version: scalar,
        device: anyKeys,
        authInfo: objectShape({ issuedAt: scalar, expiresAt: scalar, extraData: anything }),
      }),
    }
  },
  check,
  compile: ({
    endpoint: text,
    access = 'public',
    description,
    enabled = true,
    rawBody = false,
    unauthorized,
  }): EndpointSpec => {
    const { method, route } = parseEndpoint(text)
    return { method, route, access, enabled, description, rawBody, unauthorized }
  },
  examples: [
    { title: 'Open to everyone', yaml: 'endpoint: POST /users' },
    {
      title: 'For users who are signed in',
      yaml: `endpoint: GET /devices/{deviceId}/data
access: authenticated
description: The readings of one device.`,
    },
    {
      title: 'Only for administrators; others are redirected to sign in',
      yaml: `endpoint: GET /admin/{page*}
access: { groups: [admins] }
unauthorized: { redirect: /sign-in }`,
    },
  ],
})

function check(trigger: TriggerCheck): void {
  const { config, groups, report } = trigger
  try {
    parseEndpoint(String(config.endpoint))
  } catch (error) {
    if (!(error instanceof TextSyntaxError)) throw error
    report({
      code: error.code,
      at: ['endpoint'],
      ...error.place,
      message: error.message,
      ...(error.hint !== undefined && { hint: error.hint }),
    })
  }
  refuseTemplates(trigger, ['access', 'description', 'unauthorized'])
  checkUnauthorized(trigger)
  if (groups === undefined) return
  groupsOf(config.access).forEach((name, index) => {
    if (groups.includes(name) || hasTemplate(name)) return
    report({
      code: 'FLOW_UNKNOWN_GROUP',
      at: ['access', 'groups', index],
      message: `application.yaml seeds no group "${name}".`,
      hint: didYouMean(name, groups) ?? 'Add it there under seeds.groups.',
    })
  })
}

function groupsOf(access: unknown): readonly string[] {
  if (typeof access !== 'object' || access === null || !('groups' in access)) return []
  return Array.isArray(access.groups) ? access.groups.map(String) : []
}

function checkUnauthorized({ config: { access = 'public', unauthorized }, report }: TriggerCheck): void {
  if (unauthorized === undefined) return
  if (access === 'public') {
    const message = 'A public endpoint turns nobody away, so unauthorized is never sent.'
    misplaced(report, 'unauthorized', message, 'Say in access who may call, or remove unauthorized.')
  }
  if (typeof unauthorized !== 'object' || unauthorized === null || !('redirect' in unauthorized)) return
  if (sendableAddress.test(String(unauthorized.redirect)) || hasTemplate(unauthorized.redirect)) return
  const message = 'A redirect must be an address in plain ASCII, without spaces and line breaks.'
  const hint = 'Write any other character percent-encoded: %20 for a space.'
  wrongValue(report, ['unauthorized', 'redirect'], message, hint)
}

/** Characters that a `location` header can carry. */
const sendableAddress = /^[\x21-\x7e]+$/
