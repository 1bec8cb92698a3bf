import { describe, expect, it, test } from 'vitest'
import { mongo } from '../../../nodes/data/mongo/mongo.ts'
import { problemsOf, runNode } from '../run-node.ts'

const node = (operation: string, ...fields: string[]) =>
  ['type: mongo', 'connection: garden', 'collection: pots', `operation: ${operation}`, ...fields].join('\n')

async function run(yaml: string, body: unknown) {
  const { sent, error } = await runNode({ yaml, payload: { data: { body } } })
  return { sent, error: error === undefined ? undefined : String(error) }
}

const x = '<< data.body >>'

describe('a template of a mongo node', () => {
  it.each([
    ['filter: { owner: << data.body >> }', { $ne: null }, '$ne'],
    ['filter: { owner: { $in: << data.body >> } }', [{ $exists: true }], '$exists'],
    ['filter: << data.body >>', { $where: 'sleep(1000)' }, '$where'],
    ['filter: << data.body >>', { owner: { $gt: '' } }, '$gt'],
    ['filter: { name: << data.body >> }', { $regularExpression: { pattern: '.', options: '' } }, '$regularExpression'],
    ['filter: { name: << data.body >> }', { $regex: '.' }, '$regex'],
    ['filter: { name: { $lt: << data.body >> } }', { $maxKey: 1 }, '$maxKey'],
    ['filter: { name: << data.body >> }', { a: [{ b: { $ne: 1 } }] }, '$ne'],
    ['filter: { name: << data.body >> }', { $oid: '6a1c2d3e4f5a6b7c8d9e0f1b', $ne: 1 }, '$oid'],
  ])('is a value in a filter, and no operator: %s with %j', async (filter, body, key) => {
    const { sent, error } = await run(node('find', filter), body)
    expect(sent).toEqual([])
    expect(error).toContain('example failed at nodes[0] (example.yaml:4): filter')
    expect(error).toContain(`: << data.body >> gave a map with the key ${key}`)
  })

  it.each([
    ['filter: { owner: << data.body >> }', null],
    ['filter: { owner: { $in: << data.body >> } }', ['a', null]],
  ])('is no null in a filter, which documents without the key would meet: %s with %j', async (filter, body) => {
    const { sent, error } = await run(node('find', filter), body)
    expect(sent).toEqual([])
    expect(error).toContain('<< data.body >> gave null')
    expect((await run(node('find', 'filter: { owner: null }'), body)).error).toBeUndefined()
  })

  it.each([
    ['updateOne', 'filter: {}', 'update: << data.body >>'],
    ['updateOne', 'filter: {}', 'update: { $set: << data.body >> }'],
    ['replaceOne', 'filter: {}', 'replacement: << data.body >>'],
    ['insertOne', 'document: << data.body >>'],
    ['insertMany', 'documents: [ { a: << data.body >> } ]'],
    ['find', 'options: { sort: << data.body >> }'],
    ['find', 'options: { projection: << data.body >> }'],
  ])('is no operator anywhere else: %s', async (operation, ...fields) => {
    const { sent, error } = await run(node(operation, ...fields), { $set: { admin: true } })
    expect(sent).toEqual([])
    expect(error).toContain('<< data.body >> gave a map with the key $set')
  })

  it.each([
    ['aggregate', 'pipeline: [ { $project: { a: << data.body >> } } ]', 'pipeline[0].$project.a'],
    ['aggregate', 'pipeline: [ { $match: { $expr: { $eq: [ $owner, << data.body >> ] } } } ]', '$eq[1]'],
    ['aggregate', 'pipeline: [ { $project: { a: "$<< data.body >>" } } ]', 'pipeline[0]'],
    ['find', 'filter: { $expr: { $eq: [ $owner, << data.body >> ] } }', 'filter.$expr'],
    ['find', 'options: { projection: { a: << data.body >> } }', 'options.projection.a'],
    ['find', 'options: { projection: { a: { $concat: << data.body >> } } }', '$concat'],
    ['updateOne', 'filter: {}\nupdate: [ { $set: { a: << data.body >> } } ]', 'update[0].$set.a'],
  ])('is no field where a text could be one: %s %s', async (operation, field, path) => {
    const { sent, error } = await run(node(operation, field), field.includes('$concat') ? ['$password'] : '$password')
    expect(sent).toEqual([])
    expect(error).toContain(path)
    expect(error).toContain('gave a text that begins with $')
  })

  it.each([
    ['aggregate', 'pipeline: [ { $match: { price: << data.body >> } } ]'],
    ['aggregate', 'pipeline: [ { $project: { a: { $literal: << data.body >> } } } ]'],
    ['find', 'filter: { price: << data.body >> }'],
    ['updateOne', 'filter: {}\nupdate: { $set: { price: << data.body >> } }'],
    ['insertOne', 'document: { price: << data.body >> }'],
  ])('may be any text where a text is a text: %s %s', async (operation, field) => {
    const { sent, error } = await run(node(operation, field), '$5')
    expect(error).toBeUndefined()
    expect(JSON.stringify(sent)).toContain('"$5"')
  })

  it.each([
    { $oid: '6a1c2d3e4f5a6b7c8d9e0f1b' },
    { $date: { $numberLong: '7' } },
    { a: { $numberDecimal: '1.5' } },
    [1],
  ])('may be what an operation gave before: %j', async (body) => {
    const { sent } = await run(node('findOne', `filter: { _id: ${x} }`), body)
    expect(sent).toMatchObject([{ filter: { _id: body } }])
  })
})

describe('what is missing', () => {
  it.each([
    ['deleteMany', 'filter: { owner: << data.body.owner >> }', 'filter.owner'],
    ['deleteMany', 'filter: { $and: [ { a: 1, owner: << data.body.owner >> } ] }', 'filter.$and[0].owner'],
    ['find', 'filter: << data.body.filter >>', 'filter'],
    ['aggregate', 'pipeline: [ { $match: { owner: << data.body.owner >> } } ]', 'pipeline[0].$match.owner'],
    ['updateMany', 'filter: {}\nupdate: { $pull: { notes: { by: << data.body.by >> } } }', 'update.$pull.notes.by'],
    ['updateOne', 'filter: {}\nupdate: << data.body.update >>', 'update'],
  ])('never makes an operation reach more documents: %s %s', async (operation, field, path) => {
    const { sent, error } = await run(node(operation, field), {})
    expect(sent).toEqual([])
    expect(error).toContain(`: ${path}: `)
    expect(error).toContain('is missing')
  })

  it('is left out of a document', async () => {
    const { sent } = await run(node('insertOne', 'document: { name: Fern, note: << data.body.note >> }'), {})
    expect(sent).toMatchObject([{ document: { name: 'Fern' } }])
  })
})

describe('a mongo node', () => {
  it.each([
    [node('find', 'options: { limit: << data.body >> }'), '5', { limit: 5 }],
    [node('find', 'options: { skip: << data.body >> }'), 0, { skip: 0 }],
    [node('find', 'options: { limit: << data.body >> }'), -1, undefined],
    [node('find', 'options: { limit: << data.body >> }'), 'all', undefined],
    [node('updateOne', 'filter: {}', 'update: {}', 'options: { upsert: << data.body >> }'), 'yes', undefined],
  ])(
    'takes numbers as a query string has them, and nothing else in their place: %s %j',
    async (yaml, body, options) => {
      const { sent, error } = await run(yaml, body)
      expect(sent).toEqual(options ? [expect.objectContaining({ options })] : [])
      expect(error === undefined).toBe(options !== undefined)
    },
  )

  it.each([
    ['$cmd', true],
    ['system.users', true],
    ['pots.2026', false],
  ])('goes to the collection %s: refused %s', async (collection, isRefused) => {
    const yaml = node('count').replace('pots', x)
    expect((await run(yaml, collection)).error !== undefined).toBe(isRefused)
    expect(problemsOf(node('count').replace('pots', collection)).length > 0).toBe(isRefused)
  })

  it.each([
    [node('deleteMany'), 'FLOW_MISSING_FIELD', 'deleteMany needs filter.'],
    [node('insertOne', 'documents: [ { a: 1 } ]'), 'FLOW_MISSING_FIELD', 'insertOne needs document.'],
    [node('find', 'update: { $set: { a: 1 } }'), 'FLOW_UNKNOWN_FIELD', 'find takes no update.'],
    [node('find', 'options: { upsert: true }'), 'FLOW_UNKNOWN_FIELD', 'find takes no option upsert.'],
    [node('find', 'options: { session: 1 }'), 'FLOW_UNKNOWN_FIELD', 'There is no field session.'],
    [node('drop'), 'FLOW_WRONG_TYPE', 'operation'],
    [node('find', 'filter: { $and: [ { $where: "this.a == 1" } ] }'), 'FLOW_WRONG_TYPE', '$where cannot be used'],
    [node('aggregate', 'pipeline: [ { $set: { a: { $function: {} } } } ]'), 'FLOW_WRONG_TYPE', '$function cannot be'],
    [node('count').replace('garden', 'gardn'), 'FLOW_UNKNOWN_CONNECTION', 'There is no connection "gardn"'],
  ])('is refused when the flow loads: %s', (yaml, code, message) => {
    expect(problemsOf(yaml)).toContainEqual(
      expect.objectContaining({ code, message: expect.stringContaining(message) }),
    )
  })
})

describe("Losant's MongoNode", () => {
  const translate = (config: Readonly<Record<string, unknown>>) => mongo.losant?.translate?.(config)
  const base = { credentialNameTemplate: 'my mongo', collectionNameTemplate: 'pots' }
  const json = (value: string) => ({ valueType: 'json', value })
  const garden = { connection: 'my-mongo', collection: 'pots' }

  test.each([
    [
      {
        mongoMethod: 'findOne',
        mongoArgs: [json('{ "deviceId": "{{data.id}}", "n": {{data.n}} }')],
        resultPath: 'working.device',
      },
      { operation: 'findOne', filter: { deviceId: '{{data.id}}', n: '{{data.n}}' }, result: 'working.device' },
    ],
    [{}, { operation: 'count' }],
    [
      {
        mongoMethod: 'distinct',
        mongoArgs: [
          { valueType: 'template', value: 'owner' },
          { valueType: 'path', value: 'data.q' },
        ],
      },
      { operation: 'distinct', field: 'owner', filter: '{{data.q}}' },
    ],
    [
      {
        mongoMethod: 'update',
        mongoArgs: [json('{}'), json('{ "$set": { "a": 1 } }'), json('{ "multi": true, "upsert": true }')],
      },
      { operation: 'updateMany', filter: {}, update: { $set: { a: 1 } }, options: { upsert: true } },
    ],
    [
      { mongoMethod: 'insert', mongoArgs: [json('[{ "a": 1 }]')] },
      { operation: 'insertMany', documents: [{ a: 1 }] },
    ],
    [
      { mongoMethod: 'insert', mongoArgs: [json('{ "a": 1 }')] },
      { operation: 'insertOne', document: { a: 1 } },
    ],
    [
      { mongoMethod: 'remove', mongoArgs: [json('{}'), json('{ "single": true }')] },
      { operation: 'deleteOne', filter: {} },
    ],
    [
      {
        mongoMethod: 'find',
        mongoArgs: [json(''), json('{ "fields": { "a": 1 } }')],
        errorBehavior: 'payloadPath',
        errorPath: 'data.e',
      },
      { operation: 'find', options: { projection: { a: 1 } }, errorResult: 'data.e' },
    ],
  ])('is a mongo node: %j', (config, expected) => {
    expect(translate({ ...base, ...config })).toEqual({ ...garden, ...expected })
  })

  it('calls its connection after the database of its URI', () => {
    const mongoUriTemplate = 'mongodb://ada:hunter2@a.example:27017,b.example/green house?tls=true'
    expect(translate({ mongoUriTemplate, collectionNameTemplate: 'pots' })).toMatchObject({ connection: 'green-house' })
  })

  it.each([
    [{ mongoUriTemplate: '{{globals.mongo}}' }, 'is a template'],
    [{ ...base, mongoMethod: 'mapReduce' }, 'The operation mapReduce has no counterpart'],
    [
      { ...base, mongoMethod: 'find', mongoArgs: [json('{ {{#if data.a}}"a": 1{{/if}} }')] },
      'is more than a single value',
    ],
  ])('is refused where there is no counterpart: %j', (config, message) => {
    expect(() => translate(config)).toThrow(message)
  })
})
