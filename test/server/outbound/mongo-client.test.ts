/** MongoDB operations of flows, with the real driver. */
import { describe, expect, it, onTestFinished, test } from 'vitest'
import type { MongoRequest } from '../../../engine/services.ts'
import { createAddressOf } from '../../../server/outbound/connection-urls.ts'
import { createMongoSender, type MongoSenderOptions } from '../../../server/outbound/mongo-client.ts'
import { patienceMs } from '../../patience.ts'
import { serveTcp } from './connections.ts'
import { serveMongo } from './mongo-server.ts'

type Asked = Partial<MongoRequest> & Pick<MongoRequest, 'operation'>

function openClient(url: string, options: Partial<MongoSenderOptions> = {}) {
  const connections = () => ({ garden: { env: 'GARDEN_URL' } })
  const addressOf = createAddressOf({ connections, env: { GARDEN_URL: url } })
  const client = createMongoSender({ addressOf, connectTimeoutMs: 400, ...options })
  onTestFinished(() => client.close())
  const ask = (request: Asked) => {
    const { signal } = new AbortController()
    return client.send({ connection: 'garden', collection: 'pots', timeoutMs: patienceMs, signal, ...request })
  }
  return { ask, close: client.close }
}

/** With pots in it. */
async function openGarden(documents: MongoRequest['documents'] = [], options: Partial<MongoSenderOptions> = {}) {
  const server = await serveMongo()
  const client = openClient(server.url, { connectTimeoutMs: patienceMs, ...options })
  if (documents.length > 0) await client.ask({ operation: 'insertMany', documents })
  return { server, ...client }
}

function refused(code: string, message = '') {
  return { name: 'FlowpotError', code, status: 500, message: expect.stringContaining(message) }
}

const id = (n: number) => ({ $oid: n.toString(16).padStart(24, '0') })
const pots = [
  { _id: id(1), name: 'Fern', owner: 'ada', moisture: 0.2 },
  { _id: id(2), name: 'Ivy', owner: 'ada', moisture: 0.6 },
  { _id: id(3), name: 'Aloe', owner: 'bob', moisture: 0.1 },
]

describe('an operation', () => {
  it('finds documents, more than come at once, in an order and with the fields that were asked for', async () => {
    const { ask } = await openGarden(pots)
    const options = { sort: { moisture: 1 }, projection: { name: 1, _id: 0 } }
    expect(await ask({ operation: 'find', options })).toEqual([{ name: 'Aloe' }, { name: 'Fern' }, { name: 'Ivy' }])
    expect(await ask({ operation: 'find', filter: { owner: 'ada' }, options: { skip: 1, limit: 1 } })).toEqual([
      pots[1],
    ])
    expect(await ask({ operation: 'find', filter: { moisture: { $gt: 5 } } })).toEqual([])
  })

  it('finds one, also by the ID that another one gave, or none', async () => {
    const { ask } = await openGarden(pots)
    expect(await ask({ operation: 'findOne', filter: { _id: pots[2]?._id } })).toEqual(pots[2])
    expect(await ask({ operation: 'findOne', filter: { name: 'Oak' } })).toBeNull()
  })

  it('counts, lists values and computes', async () => {
    const { ask } = await openGarden(pots)
    expect(await ask({ operation: 'count', filter: { owner: 'ada' } })).toBe(2)
    expect(await ask({ operation: 'distinct', field: 'owner' })).toEqual(['ada', 'bob'])
    const pipeline = [{ $match: { owner: 'ada' } }, { $group: { _id: '$owner', driest: { $min: '$moisture' } } }]
    expect(await ask({ operation: 'aggregate', pipeline })).toEqual([{ _id: 'ada', driest: 0.2 }])
  })

  it('inserts, with an ID where there is none', async () => {
    const { ask } = await openGarden()
    const inserted = await ask({ operation: 'insertOne', document: { name: 'Fern' } })
    expect(inserted).toEqual({ acknowledged: true, insertedId: { $oid: expect.stringMatching(/^[0-9a-f]{24}$/) } })
    expect(await ask({ operation: 'insertMany', documents: [{ _id: 'a' }, { _id: 7 }] })).toEqual({
      acknowledged: true,
      insertedCount: 2,
      insertedIds: { 0: 'a', 1: 7 },
    })
    expect(await ask({ operation: 'count' })).toBe(3)
  })

  it('changes one, all, by a pipeline, or inserts where there is none', async () => {
    const { ask } = await openGarden(pots)
    const changed = (n: number) => expect.objectContaining({ matchedCount: n, modifiedCount: n, upsertedId: null })
    const filter = { owner: 'ada' }
    expect(await ask({ operation: 'updateOne', filter, update: { $inc: { watered: 1 } } })).toEqual(changed(1))
    expect(await ask({ operation: 'updateMany', filter, update: [{ $set: { wet: true } }] })).toEqual(changed(2))
    expect(await ask({ operation: 'find', filter })).toEqual([
      { ...pots[0], watered: 1, wet: true },
      { ...pots[1], wet: true },
    ])
    expect(await ask({ operation: 'replaceOne', filter: { _id: id(3) }, replacement: { name: 'Oak' } })).toEqual(
      changed(1),
    )
    expect(await ask({ operation: 'findOne', filter: { _id: id(3) } })).toEqual({ _id: id(3), name: 'Oak' })
    const options = { upsert: true }
    const upserted = await ask({ operation: 'updateOne', filter: { name: 'Elm' }, update: { $set: { a: 1 } }, options })
    expect(upserted).toMatchObject({ matchedCount: 0, upsertedId: { $oid: expect.any(String) } })
  })

  it('deletes one, or all', async () => {
    const { ask } = await openGarden(pots)
    expect(await ask({ operation: 'deleteOne', filter: { owner: 'ada' } })).toMatchObject({ deletedCount: 1 })
    expect(await ask({ operation: 'deleteMany', filter: {} })).toMatchObject({ deletedCount: 2 })
  })

  it('tells the server when to give it up', async () => {
    const { ask, server } = await openGarden()
    await ask({ operation: 'find', timeoutMs: 2500 })
    await ask({ operation: 'deleteOne', filter: {}, timeoutMs: 1500 })
    expect(server.commands).toMatchObject([{ maxTimeMS: 2500 }, { maxTimeMS: 1500 }])
  })
})

describe('a value', () => {
  const types: readonly [object, string][] = [
    [{ $oid: '6a1c2d3e4f5a6b7c8d9e0f1b' }, 'ObjectId'],
    [{ $date: '2026-05-01T12:00:00.500Z' }, 'Date'],
    [{ $numberDecimal: '1.50' }, 'Decimal128'],
    [{ $numberLong: '9007199254740993' }, 'Long'],
    [{ $binary: { base64: 'AAH/', subType: '00' } }, 'Binary'],
    [{ $timestamp: { t: 7, i: 1 } }, 'Timestamp'],
    [{ $regularExpression: { pattern: '(?<a', options: 'i' } }, 'BSONRegExp'],
    [{ $minKey: 1 }, 'MinKey'],
    [{ $numberDouble: 'NaN' }, 'Number'],
  ]
  it.each(types)('of MongoDB is one there, and Extended JSON here: %j', async (value, type) => {
    const { ask, server } = await openGarden([{ _id: 1, deep: [{ value }] }])
    const [inserted] = server.commands
    expect(inserted?.documents[0].deep[0].value.constructor.name).toBe(type)
    expect(await ask({ operation: 'findOne' })).toEqual({ _id: 1, deep: [{ value }] })
  })

  it('that is a date of the payload, or milliseconds, is a date there', async () => {
    const date = new Date('2026-05-01T12:00:00Z')
    const { ask } = await openGarden([{ _id: 1, a: date, b: { $date: date }, c: { $date: date.getTime() } }])
    const iso = { $date: '2026-05-01T12:00:00Z' }
    expect(await ask({ operation: 'findOne' })).toEqual({ _id: 1, a: iso, b: iso, c: iso })
  })

  it.each([
    [{ $oid: 'fern' }, '24 hexadecimal digits'],
    [{ $oid: { $gt: '' } }, '24 hexadecimal digits'],
    [{ $oid: '6a1c2d3e4f5a6b7c8d9e0f1b', $ne: 1 }, 'alone'],
    [{ $date: 'yesterday' }, 'ISO 8601'],
    [{ $date: '1' }, 'ISO 8601'],
    [{ $date: '2026-13-01' }, 'ISO 8601'],
    [{ $date: { $gt: '' } }, 'ISO 8601'],
    [new Date(Number.NaN), 'ISO 8601'],
    [{ $numberInt: 'a' }, 'digits'],
    [{ $numberLong: '1e3' }, 'digits'],
    [{ $numberDecimal: 'one' }, ''],
    [{ $uuid: 'x' }, 'hexadecimal'],
    [{ $binary: 'x' }, ''],
    [{ $timestamp: 'x' }, ''],
    [{ _bsontype: 'ObjectId', id: 'x' }, '_bsontype'],
  ])('that is none of MongoDB is refused before anything is asked: %j', async (value, message) => {
    const { ask, server } = await openGarden()
    const asked = ask({ operation: 'findOne', filter: { _id: value } })
    await expect(asked).rejects.toMatchObject(refused('MONGO_VALUE_INVALID', message))
    expect(server.commands).toEqual([])
  })

  it('that no payload can hold fails the operation', async () => {
    const { ask, server } = await openGarden()
    const document = Object.defineProperty({}, '__proto__', { value: { a: 1 }, enumerable: true })
    server.answer('find', () => ({ ok: 1, cursor: { id: 0n, ns: 'garden.pots', firstBatch: [document] } }))
    await expect(ask({ operation: 'find' })).rejects.toMatchObject(refused('MONGO_OPERATION_FAILED', '__proto__'))
  })
})

describe('a result', () => {
  it.each([
    [{ maxDocuments: 2 }, '2 documents'],
    [{ maxBytes: 300 }, '300 bytes'],
  ])('that is too large is refused, and the rest is not asked for: %j', async (limits, message) => {
    const noted = Array.from({ length: 6 }, (_, index) => ({ _id: index, note: String(index).repeat(100) }))
    const { ask, server } = await openGarden(noted, limits)
    await expect(ask({ operation: 'find' })).rejects.toMatchObject(refused('MONGO_RESULT_TOO_LARGE', message))
    const names = server.commands.map((command) => Object.keys(command)[0])
    expect(names).toEqual(['insert', 'find', 'getMore', 'killCursors'])
    const distinct = ask({ operation: 'distinct', field: 'note' })
    await expect(distinct).rejects.toMatchObject(refused('MONGO_RESULT_TOO_LARGE', message))
  })
})

describe('an operation that the server refuses', () => {
  it('says which one, and what the server says, and the next one goes on', async () => {
    const { ask, server } = await openGarden(pots)
    server.answer('aggregate', () => ({ ok: 0, code: 40324, errmsg: "Unrecognized pipeline stage name: '$x'" }))
    await expect(ask({ operation: 'aggregate', pipeline: [{ $x: 1 }] })).rejects.toMatchObject(
      refused('MONGO_OPERATION_FAILED', "aggregate on garden failed: Unrecognized pipeline stage name: '$x'."),
    )
    const update = ask({ operation: 'updateOne', filter: {}, update: { name: 'x' } })
    await expect(update).rejects.toMatchObject(refused('MONGO_OPERATION_FAILED', 'atomic operators'))
    expect(await ask({ operation: 'findOne', filter: { name: 'Ivy' } })).toEqual(pots[1])
  })

  it.each([
    { operation: 'insertOne', document: pots[0] },
    { operation: 'insertMany', documents: [{ _id: 9 }, pots[0]] },
  ] as Asked[])('since there is such a document already, says that: $operation', async (asked) => {
    const { ask } = await openGarden(pots)
    await expect(ask(asked)).rejects.toMatchObject(refused('MONGO_DUPLICATE_KEY', 'E11000'))
  })

  it('since it has taken too long, says that', async () => {
    const { ask, server } = await openGarden()
    server.answer('find', () => ({
      ok: 0,
      code: 50,
      codeName: 'MaxTimeMSExpired',
      errmsg: 'operation exceeded time limit',
    }))
    await expect(ask({ operation: 'find' })).rejects.toMatchObject(refused('MONGO_TIMED_OUT', `${patienceMs / 1000} s`))
  })
})

describe('a server', () => {
  it('that lets nobody in is told of without the password', async () => {
    const { server } = await openGarden()
    server.answer('saslStart', () => ({
      ok: 0,
      code: 18,
      codeName: 'AuthenticationFailed',
      errmsg: 'Authentication failed.',
    }))
    const { ask } = openClient(server.url.replace('//', '//ada:hunter2@'))
    const error = await ask({ operation: 'find' }).catch((reason: unknown) => reason)
    expect(error).toMatchObject(refused('MONGO_LOGIN_REFUSED', 'Authentication failed'))
    expect(String(error)).not.toContain('hunter2')
  })

  it('that refuses connections is told of, also one of several', async () => {
    const error = refused('MONGO_NO_CONNECTION', 'it refuses connections')
    for (const hosts of ['127.0.0.1:1', '127.0.0.1:1,127.0.0.1:2']) {
      const { ask } = openClient(`mongodb://ada:hunter2@${hosts}/garden`)
      await expect(ask({ operation: 'find' })).rejects.toMatchObject(error)
    }
  })

  it.each([
    ['hangs up', (socket: import('node:net').Socket) => socket.destroy()],
    ['speaks something else', (socket: import('node:net').Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('that %s is told of', async (_, onConnection) => {
    const { ask } = openClient(`mongodb://127.0.0.1:${await serveTcp(onConnection)}/garden`)
    await expect(ask({ operation: 'find' })).rejects.toMatchObject(refused('MONGO_NO_CONNECTION'))
  })

  it.each(['find', 'insertOne'] as const)(
    'that is silent keeps no %s waiting longer than it may',
    async (operation) => {
      const { ask, server } = await openGarden()
      server.answer(operation === 'find' ? 'find' : 'insert', () => undefined)
      const asked = Array.from({ length: 20 }, () => ask({ operation, timeoutMs: 300 }))
      const outcomes = await Promise.allSettled(asked)
      const codes = new Set(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code))
      expect(codes).toEqual(new Set(['MONGO_TIMED_OUT']))
    },
  )

  it('that never answers a greeting keeps none waiting longer than its run', async () => {
    const { ask } = openClient(`mongodb://127.0.0.1:${await serveTcp(() => undefined)}/garden`)
    const controller = new AbortController()
    const seen = expect(ask({ operation: 'find', signal: controller.signal })).rejects.toThrow('The run is over')
    controller.abort(new Error('The run is over'))
    await seen
  })

  it('that breaks off in the midst of an operation is told of, and the next one goes on', async () => {
    const { ask, server } = await openGarden(pots)
    server.answer('update', (_, socket) => {
      socket.destroy()
      return undefined
    })
    const update = ask({ operation: 'updateOne', filter: {}, update: { $set: { a: 1 } } })
    await expect(update).rejects.toMatchObject(refused('MONGO_NO_CONNECTION', 'the connection broke off'))
    expect(await ask({ operation: 'count' })).toBe(3)
  })

  it('answers a hundred operations at once on few connections, each with its own, and none is left at the end', async () => {
    const { ask, close, server } = await openGarden(pots)
    const found = await Promise.all(
      Array.from({ length: 100 }, (_, index) => ask({ operation: 'findOne', filter: { _id: id(1 + (index % 3)) } })),
    )
    expect(found).toEqual(Array.from({ length: 100 }, (_, index) => pots[index % 3]))
    expect(server.connections).toBeLessThanOrEqual(12)
    await close()
    await expect.poll(() => server.connections).toBe(0)
  })

  it('keeps its connection where a run is thrown out of after its operation', async () => {
    const { ask, server } = await openGarden(pots)
    const controller = new AbortController()
    await ask({ operation: 'find', signal: controller.signal })
    const before = server.connections
    controller.abort()
    await ask({ operation: 'find' })
    expect(server.connections).toBe(before)
  })
})

test.each([
  ['mongodb://127.0.0.1', 'names no database'],
  ['mongodb://127.0.0.1/', 'names no database'],
  ['mongodb://127.0.0.1/?replicaSet=a', 'names no database'],
  ['mongodb://ada:hunter2@127.0.0.1/garden?colour=red', 'option colour is not supported'],
  ['mongodb://ada:hun:ter2@127.0.0.1/garden', 'is not one that MongoDB takes'],
  ['mongodb://ada:%zz@127.0.0.1/garden', '%25'],
  ['postgres://ada:hunter2@127.0.0.1/garden', 'begins with none of mongodb://host, mongodb+srv://host'],
  ['garden', 'is not a URL'],
])('A URL that will not do is refused: %s', async (url, message) => {
  const error = await openClient(url)
    .ask({ operation: 'find' })
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject(refused('CONNECTION_INVALID', message))
  expect(String(error)).not.toMatch(/hunter2|hun:ter2/)
})
