/** What `flowpot add endpoint` writes, for every route that there can be. */
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { editorSchema } from '../../../engine/describe/editor-schema.ts'
import { parseEndpoint } from '../../../engine/route.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { buildRouteTable } from '../../../server/http/route-table.ts'
import { endpointFiles, samplePath } from '../../../workbench/scaffold/endpoint-files.ts'

const ajv = new Ajv({ strict: false })
addFormats.default(ajv)
const validate = ajv.compile(editorSchema({ nodeTypes, triggerTypes, actions: describeActions() }))

const word = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."aZ09._-~!$&'()+,;=:@éß日"), minLength: 1, maxLength: 8 }),
  fc.constantFrom('true', 'null', '007', '1e3', 'a:', '- a', '__proto__'),
)
const param = fc.oneof(
  fc.constantFrom(
    'id',
    'this',
    'else',
    'as',
    'true',
    'null',
    'undefined',
    'length',
    'a-b',
    '_',
    'lookup',
    'no',
    'data',
  ),
  fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_-]{0,8}$/),
)
const segment = fc.oneof(
  word,
  param.map((name) => `{${name}}`),
)
const tail = fc.oneof(
  fc.constant(''),
  param.map((name) => `/{${name}?}`),
  param.map((name) => `/{${name}*}`),
)
const route = fc.tuple(fc.array(segment, { maxLength: 4 }), tail).map(([path, end]) => `/${path.join('/')}${end}`)

function endpointOf(text: string) {
  try {
    return parseEndpoint(text)
  } catch {
    return undefined
  }
}

test('whatever the route is, its flow loads, its test asks what the flow answers, and both pass the schema', () => {
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'), route, (method, route) => {
      const endpoint = endpointOf(`${method} ${route}`)
      fc.pre(endpoint !== undefined)
      const files = endpointFiles(endpoint, 'pots')
      const { application, problems } = loadSources([files.flow])
      expect(problems).toEqual([])
      expect(application?.endpoints[0]?.spec).toMatchObject({ method: endpoint.method, route: endpoint.route })

      const [{ request, expect: expected }] = parse(files.test.text)
      expect(request).toEqual({ method, path: samplePath(endpoint) })
      const match = buildRouteTable(application?.endpoints ?? []).find(request.method, request.path)
      expect(match?.endpoint.spec.route).toBe(endpoint.route)
      const isPlain = Object.keys(match?.params ?? {}).length === 0
      expect(expected.body).toEqual(isPlain ? { message: 'It works.' } : { ...match?.params })
      for (const { text } of [files.flow, files.test]) {
        expect([validate(parse(text)), validate.errors]).toEqual([true, null])
      }
    }),
    { numRuns: 300 },
  )
})
