/** What the document says of an endpoint, by what its flow does. */
import { describe, expect, test } from 'vitest'
import { loadSources } from '../../../server/compose/load-folder.ts'
import { openApiOf } from '../../../server/compose/openapi.ts'

// What a document has below a key is not known beforehand; the assertions say what it must be.
// biome-ignore lint/suspicious/noExplicitAny: as above
type Json = any

function documentOf(files: Readonly<Record<string, string>>): Json {
  const { application, problems, sources } = loadSources(Object.entries(files).map(([file, text]) => ({ file, text })))
  if (!application) throw new Error(problems.map(({ line, code, message }) => `${line} ${code} ${message}`).join('\n'))
  return JSON.parse(JSON.stringify(openApiOf(application, sources)))
}

/** The operation of the one endpoint of a flow. `nodes` are its nodes as YAML, with no indent. */
function operationOf(trigger: string, nodes: string): Json {
  const groups = 'seeds: { groups: [ { name: a }, { name: b } ] }'
  const { paths } = documentOf({ 'application.yaml': `name: x\n${groups}`, 'a.yaml': flow(trigger, nodes) })
  const [item] = Object.values<Json>(paths)
  return Object.values<Json>(item)[0]
}

function flow(trigger: string, nodes: string, name = 'A flow'): string {
  return `name: ${name}\non: ${trigger}\nnodes:\n${nodes.trim().replace(/^/gm, '  ')}\n`
}

const ok = '- { type: reply }'
const post = '{ endpoint: POST /pots }'
const bodyOf = (nodes: string, trigger = post) => operationOf(trigger, nodes).requestBody
const bodySchemaOf = (nodes: string) => bodyOf(nodes)?.content['application/json'].schema
const refuse = (status: number | string, body = '{ error: no }') => `
    - type: reply
      status: ${status}
      body: ${body}`

describe('an operation', () => {
  test('has the words of its flow and its trigger, and an ID that follows from method and route', () => {
    const { paths, info } = documentOf({
      'application.yaml': 'name: lom',
      'pot.yaml':
        'name: One pot\ndescription: Of its owner.\non: { endpoint: "GET /pots/{pot-id}/soil", description: How wet. }\nnodes: [ { type: reply } ]',
    })
    expect(info).toEqual({ title: 'lom', version: 'develop' })
    expect(paths['/pots/{pot-id}/soil'].get).toMatchObject({
      operationId: 'getPotsByPotIdSoil',
      summary: 'One pot',
      description: 'How wet.\n\nOf its owner.',
      tags: ['pots'],
    })
  })

  test('is not there where the endpoint is switched off', () => {
    const on = '[ { endpoint: GET /a, enabled: false }, { endpoint: GET /b } ]'
    expect(Object.keys(documentOf({ 'a.yaml': flow(on, ok) }).paths)).toEqual(['/b'])
  })

  test('has an ID of its own where two routes read alike', () => {
    const { paths } = documentOf({ 'a.yaml': flow('[ { endpoint: GET /a-b }, { endpoint: GET /a/b } ]', ok) })
    expect([paths['/a-b'].get.operationId, paths['/a/b'].get.operationId].toSorted()).toEqual(['getAB', 'getAB2'])
  })
})

describe('a route', () => {
  const pathsOf = (...endpoints: string[]) => {
    const { paths } = documentOf({
      'a.yaml': flow(`[ ${endpoints.map((e) => `{ endpoint: "${e}" }`).join(', ')} ]`, ok),
    })
    return Object.entries<Json>(paths).flatMap(([path, item]) =>
      Object.entries<Json>(item).map(([method, { parameters = [] }]) => [
        `${method} ${path}`,
        ...parameters.map(({ name }: Json) => name),
      ]),
    )
  }

  test.each<[string[], string[][]]>([
    [['GET /'], [['get /']]],
    [['GET /pots/{id}'], [['get /pots/{id}', 'id']]],
    [['GET /pots/{id?}'], [['get /pots'], ['get /pots/{id}', 'id']]],
    [['GET /files/{path*}'], [['get /files'], ['get /files/{path}', 'path']]],
    [['GET /{all*}'], [['get /'], ['get /{all}', 'all']]],
    [['GET /töpfe'], [['get /t%C3%B6pfe']]],
    // Paths that differ in names alone are one to OpenAPI.
    [
      ['GET /a/{id}', 'DELETE /a/{other}'],
      [
        ['delete /a/{id}', 'id'],
        ['get /a/{id}', 'id'],
      ],
    ],
    [
      ['GET /a/{id}', 'GET /a/{rest*}'],
      [['get /a'], ['get /a/{id}', 'id'], ['get /a/{rest*}', 'rest*']],
    ],
  ])('%j stands as %j', (endpoints, paths) => {
    expect(pathsOf(...endpoints)).toEqual(paths)
  })

  test('says that a tail takes slashes', () => {
    const { paths } = documentOf({ 'a.yaml': flow('{ endpoint: "GET /files/{path*}" }', ok) })
    expect(paths['/files/{path}'].get.parameters).toEqual([
      expect.objectContaining({ name: 'path', in: 'path', required: true, 'x-flowpot-tail': true }),
    ])
  })
})

describe('parameters', () => {
  test('are what the flow reads, required where it asks for them at the start', () => {
    const { parameters } = operationOf(
      '{ endpoint: GET /pots }',
      `
- type: conditional
  if: << data.query.owner >> && << data.headers.x-tenant >>
  else:${refuse(400)}
- type: reply
  headers: { x-page: << data.query.page >> }
  body: { theme: << data.cookies.theme >>, type: << data.headers.content-type >>, ip: << data.headers.x-forwarded-for >> }`,
    )
    expect(parameters).toEqual([
      { name: 'owner', in: 'query', required: true, schema: { type: 'string' } },
      { name: 'page', in: 'query', schema: { type: 'string' } },
      { name: 'x-tenant', in: 'header', required: true, schema: { type: 'string' } },
      { name: 'theme', in: 'cookie', schema: { type: 'string' } },
    ])
  })

  test('have the schema that the query is held against', () => {
    const { parameters } = operationOf(
      '{ endpoint: GET /pots }',
      `
- type: validate-payload
  source: data.query
  schema: { type: object, required: [ kind ], properties: { kind: { enum: [ dry, wet ] } } }
- { type: reply, body: << data.query.other >> }`,
    )
    expect(parameters).toEqual([{ name: 'kind', in: 'query', required: true, schema: { enum: ['dry', 'wet'] } }])
  })
})

describe('a body', () => {
  test.each<[string, string, unknown]>([
    ['that nothing reads', ok, undefined],
    ['that is passed on whole', '- { type: reply, body: << data.body >> }', {}],
    [
      'of which fields are read',
      '- { type: reply, body: "<< data.body.owner.name >> << data.body.name.length >>" }',
      {
        type: 'object',
        properties: { name: {}, owner: { type: 'object', properties: { name: {} } } },
      },
    ],
    [
      'of which an item is read',
      '- { type: reply, body: "<< data.body.pots.[0].id >>" }',
      {
        type: 'object',
        properties: { pots: { type: 'array', items: { type: 'object', properties: { id: {} } } } },
      },
    ],
    [
      'that a node has written over',
      `
- type: mutate
  rules: [ { set: data.body.total, to: 3 } ]
- { type: reply, body: "<< data.body.total >> << data.body.name >>" }`,
      { type: 'object', properties: { name: {} } },
    ],
    [
      'that is checked late, where something else may have answered',
      `
- type: conditional
  if: << data.body.dry >>
  then: [ { type: reply } ]
- type: conditional
  if: << data.body.name >>
  else:${refuse(400)}
- { type: reply }`,
      { type: 'object', properties: { dry: {}, name: {} } },
    ],
    [
      'that is checked by a way out that succeeds',
      `
- type: conditional
  if: << data.body.name >>
  else:${refuse(200)}
- { type: reply }`,
      { type: 'object', properties: { name: {} } },
    ],
    [
      'of which one of two will do',
      `
- type: conditional
  if: << data.body.a >> || << data.body.b >> && << data.body.c >>
  else:${refuse(400)}
- { type: reply }`,
      { type: 'object', properties: { a: {}, b: {}, c: {} } },
    ],
    [
      'of which two are asked, and one of two more',
      `
- type: conditional
  if: << data.body.a.b >> && (<< data.body.c >> || << data.body.d >>) && << data.body.e >> > 3
  else:${refuse(422)}
- { type: reply }`,
      {
        type: 'object',
        properties: { a: { type: 'object', properties: { b: {} }, required: ['b'] }, c: {}, d: {}, e: {} },
        required: ['a'],
      },
    ],
  ])('%s', (_, nodes, schema) => {
    expect(bodySchemaOf(nodes)).toEqual(schema)
  })

  test('is the schema that it is held against, also where the whole payload is', () => {
    const pot = '{ type: object, required: [ name ], properties: { name: { type: string } } }'
    const reads = '- { type: reply, body: << data.body.other >> }'
    const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
    expect(bodyOf(`- { type: validate-payload, source: data.body, schema: ${pot} }\n${reads}`)).toEqual({
      required: true,
      content: { 'application/json': { schema } },
    })
    const whole = `{ type: object, properties: { data: { type: object, properties: { body: ${pot} } } } }`
    expect(bodySchemaOf(`- { type: validate-payload, schema: ${whole} }\n${reads}`)).toEqual(schema)
  })

  test('keeps the schema of a field within what else is read', () => {
    const nodes = `
- { type: validate-payload, source: data.body.pot, schema: { type: object, additionalProperties: false } }
- { type: reply, body: << data.body.name >> }`
    expect(bodySchemaOf(nodes)).toEqual({
      type: 'object',
      properties: { name: {}, pot: { type: 'object', additionalProperties: false } },
    })
  })

  test('of draft-07 is written as OpenAPI has it, with its references led into the document', () => {
    const nodes = `
- type: validate-payload
  source: data.body
  schema:
    $id: "https://lom.example/tree"
    type: object
    properties:
      pair: { type: array, items: [ { type: string }, { $ref: "#/definitions/tree" } ], additionalItems: false }
    dependencies: { a: [ b ] }
    definitions: { tree: { $ref: "#" } }
- { type: reply }`
    const { components } = documentOf({ 'a.yaml': flow(post, nodes) })
    expect(bodySchemaOf(nodes)).toEqual(components.schemas.postPotsRequest)
    expect(components.schemas.postPotsRequest).toEqual({
      type: 'object',
      properties: {
        pair: {
          type: 'array',
          prefixItems: [{ type: 'string' }, { $ref: '#/components/schemas/postPotsRequest/definitions/tree' }],
          items: false,
        },
      },
      dependentRequired: { a: ['b'] },
      dependentSchemas: {},
      definitions: { tree: { $ref: '#/components/schemas/postPotsRequest' } },
    })
  })

  test('stands with no GET, whose body is not read', () => {
    expect(bodyOf('- { type: reply, body: << data.body.a >> }', '{ endpoint: GET /a }')).toBeUndefined()
  })
})

describe('replies', () => {
  const responsesOf = (nodes: string, trigger = '{ endpoint: GET /pots }') => operationOf(trigger, nodes).responses
  const schemaOf = (nodes: string, status = '200', type = 'application/json') =>
    responsesOf(nodes)[status].content?.[type].schema

  test('stand under their status, and under `default` where a template gives it', () => {
    const responses = responsesOf(`
- type: conditional
  if: << data.query.a >>
  else:${refuse('<< data.query.status >>')}
- { type: reply, status: "201" }`)
    expect(Object.keys(responses)).toEqual(['201', '415', '500', '503', '504', 'default'])
  })

  test('have the structure of their body', () => {
    const nodes = `
- type: reply
  body:
    ok: true
    count: 3
    none: null
    label: Pot << data.params >>
    name: << data.query.name >>
    path: << data.path >>
    list: [ 1, a, 1 ]`
    expect(schemaOf(nodes)).toEqual({
      type: 'object',
      properties: {
        ok: { type: 'boolean', const: true },
        count: { type: 'number', const: 3 },
        none: { type: 'null', const: null },
        label: { type: 'string' },
        name: {},
        path: { type: ['string', 'number', 'boolean', 'null'] },
        list: {
          type: 'array',
          items: {
            anyOf: [
              { type: 'number', const: 1 },
              { type: 'string', const: 'a' },
            ],
          },
        },
      },
      // What is one path alone may be missing.
      required: ['ok', 'count', 'none', 'label', 'list'],
    })
  })

  const call = '- { type: api, call: applicationKeys.get, result: data.keys }\n'

  test('have the types that the platform gives', () => {
    const schema = schemaOf(`${call}- { type: reply, body: { total: << data.keys.result.totalCount >> } }`)
    expect(schema.properties.total).toMatchObject({ type: 'integer' })
  })

  test('say nothing of types that only one way gives', () => {
    const nodes = `
- type: conditional
  if: << data.query.a >>
  then:
    - { type: api, call: applicationKeys.get, result: data.keys, then: last }
- { type: mutate, rules: [ { set: data.keys.result.totalCount, to: many } ], next: last }
- { id: last, type: reply, body: { total: << data.keys.result.totalCount >> } }`
    expect(schemaOf(nodes).properties.total).not.toMatchObject({ type: 'integer' })
  })

  test.each<[string, string, string, string]>([
    ['text', 'body: Hello', '200', 'text/plain'],
    [
      'HTML',
      'headers: { Content-Type: text/html; charset=utf-8 }\n  body: <p><< data.query.a >></p>',
      '200',
      'text/html',
    ],
    ['what the flow computes', 'headers: { content-type: << data.query.a >> }\n  body: x', '200', '*/*'],
    ['what could be anything', 'body: << data.query.a >>', '200', '*/*'],
  ])('are of the type that %s is sent as', (_, fields, status, type) => {
    expect(Object.keys(responsesOf(`- type: reply\n  ${fields}`)[status].content)).toEqual([type])
  })

  test('without a body have no content, and name their headers and cookies', () => {
    expect(responsesOf('- { type: reply, status: 204, body: x, headers: { X-A: "1" } }')['204']).toEqual({
      description: 'It went well.',
      headers: { 'x-a': { schema: { type: 'string', const: '1' } } },
    })
    expect(responsesOf('- { type: reply, redirect: /a, cookies: [ { name: a, value: b } ] }')['302'].headers).toEqual({
      location: { schema: { type: 'string', const: '/a' } },
      'set-cookie': { schema: { type: 'string' } },
    })
  })

  test('of one status stand together, with the platform’s own', () => {
    const { 400: reply } = responsesOf(
      `
- type: conditional
  if: << data.body.a >>
  else:${refuse(400, '{ why: a }')}
- type: reply
  status: 400
  body: { why: b }`,
      post,
    )
    expect(reply.content['application/json'].schema.anyOf).toEqual([
      expect.objectContaining({ properties: { why: { type: 'string', const: 'a' } } }),
      expect.objectContaining({ properties: { why: { type: 'string', const: 'b' } } }),
      { $ref: '#/components/schemas/Error' },
    ])
  })

  test('are those of error triggers too, where they are in scope', () => {
    const handler = (scope: string) => flow(`{ error: ${scope} }`, '- { type: reply, status: 502 }', 'Handler')
    const files = { 'a.yaml': flow('{ endpoint: GET /a }', ok) }
    const has502 = (scope: string) =>
      '502' in documentOf({ ...files, 'b.yaml': handler(scope) }).paths['/a'].get.responses
    expect([has502('experience'), has502('global'), has502('local')]).toEqual([true, true, false])
  })

  test('of the platform follow from method, access and what the flow calls', () => {
    const platforms = (trigger: string, nodes = ok) =>
      Object.entries<Json>(responsesOf(nodes, trigger)).flatMap(([status, { $ref }]) => ($ref ? status : []))
    expect(platforms('{ endpoint: GET /a }')).toEqual(['415', '500', '503', '504'])
    expect(platforms(post)).toEqual(['400', '413', '415', '500', '503', '504'])
    expect(platforms('{ endpoint: GET /a, access: device }')).toContain('401')
    expect(platforms('{ endpoint: GET /a, access: { groups: [ a ] } }')).toEqual(expect.arrayContaining(['401', '403']))
    const signIn = '- { type: authenticate, email: a, password: b, else: end }\n- { type: reply }'
    expect(platforms(post, signIn.replace('else: end', 'else: [ { type: reply, status: 401 } ]'))).toContain('429')
  })

  test('to whom is turned away are what the endpoint says', () => {
    const own = responsesOf(
      ok,
      '{ endpoint: GET /a, access: device, unauthorized: { status: 418, body: { tea: pot } } }',
    )
    expect(own['401']).toBeUndefined()
    expect(own['418'].content['application/json'].schema.properties).toEqual({ tea: { type: 'string', const: 'pot' } })
    const sent = responsesOf(ok, '{ endpoint: GET /a, access: authenticated, unauthorized: { redirect: /in } }')
    expect(sent['302'].headers.location.schema).toEqual({ type: 'string', const: '/in' })
  })
})

describe('security', () => {
  const securityOf = (access: string, nodes = ok) =>
    operationOf(`{ endpoint: GET /a, access: ${access} }`, nodes).security

  test('is a token of a user or a device, in any of its places', () => {
    expect(securityOf('public')).toEqual([])
    expect(securityOf('authenticated')).toEqual([{ userToken: [] }, { userTokenCookie: [] }, { userTokenQuery: [] }])
    expect(securityOf('device')).toEqual([{ deviceToken: [] }, { deviceTokenCookie: [] }, { deviceTokenQuery: [] }])
  })

  test('is any of several groups', () => {
    expect(securityOf('{ groups: [ a, b ] }')).toEqual(
      expect.arrayContaining([{ userToken: ['a'] }, { userToken: ['b'] }]),
    )
  })

  test('may be a token where the flow of a public endpoint looks at who asks', () => {
    expect(securityOf('public', '- { type: reply, body: << experience.user.id >> }')).toContainEqual({})
    expect(securityOf('public', '- { type: reply, body: << experience.user.id >> }')).toContainEqual({ userToken: [] })
  })

  test('leaves the token out of the parameters, and declares the schemes that are used', () => {
    const nodes = '- { type: reply, body: << data.query.authorization >> }'
    const files = { 'a.yaml': flow('{ endpoint: GET /a, access: device }', nodes) }
    const { paths, components } = documentOf(files)
    expect(paths['/a'].get.parameters).toBeUndefined()
    expect(Object.keys(components.securitySchemes)).toEqual(['deviceToken', 'deviceTokenCookie', 'deviceTokenQuery'])
    expect(operationOf('{ endpoint: GET /a }', nodes).parameters).toHaveLength(1)
  })
})
