/**
 * A server that speaks MongoDB's wire protocol (OP_MSG, and OP_QUERY for the greeting), for the real driver on a real socket. There is
 * no MongoDB for the machines that these tests run on; what filters, updates and pipelines mean, mingo says here.
 */
import type { Socket } from 'node:net'
import { aggregate, Query, updateMany, updateOne } from 'mingo'
import { BSON, type Document, ObjectId } from 'mongodb'
import { serveTcp } from './connections.ts'

export interface MongoServer {
  /** Of the database `garden`. */
  readonly url: string
  /** Commands of clients, in order, but for those that only keep a connection up. */
  readonly commands: readonly Document[]
  /** Answers commands of this name itself, or with `undefined` never. */
  answer(command: string, reply: (asked: Document, socket: Socket) => Document | undefined): void
  /** How many connections are open. */
  readonly connections: number
}

interface Message {
  readonly requestId: number
  readonly isGreeting: boolean
  readonly command: Document
}

const upkeep = new Set(['hello', 'ismaster', 'isMaster', 'ping', 'endSessions'])
const batchSize = 2

export async function serveMongo(): Promise<MongoServer> {
  const commands: Document[] = []
  const answers = new Map<string, (asked: Document, socket: Socket) => Document | undefined>()
  const collections = new Map<string, Document[]>()
  const cursors = new Map<bigint, Document[]>()
  let connections = 0

  const documentsOf = (name: string) => {
    const documents = collections.get(name) ?? []
    collections.set(name, documents)
    return documents
  }

  const cursorOf = (name: string, found: Document[], batch: 'firstBatch' | 'nextBatch' = 'firstBatch') => {
    const rest = found.slice(batchSize)
    const id = rest.length > 0 ? BigInt(cursors.size + 1) : 0n
    if (rest.length > 0) cursors.set(id, rest)
    return { ok: 1, cursor: { id, ns: `garden.${name}`, [batch]: found.slice(0, batchSize) } }
  }

  const handle: Readonly<Record<string, (command: Document) => Document>> = {
    find({ find, filter, projection, sort, skip = 0, limit = Number.MAX_SAFE_INTEGER }) {
      const cursor = new Query(filter).find<Document>(documentsOf(find), projection).skip(skip).limit(limit)
      return cursorOf(find, (sort ? cursor.sort(sort) : cursor).all())
    },
    aggregate: (command) => cursorOf(command.aggregate, aggregate(documentsOf(command.aggregate), command.pipeline)),
    getMore({ getMore, collection }) {
      const rest = cursors.get(BigInt(getMore)) ?? []
      cursors.delete(BigInt(getMore))
      return cursorOf(collection, rest, 'nextBatch')
    },
    killCursors({ cursors: killed }) {
      for (const id of killed) cursors.delete(BigInt(id))
      return { ok: 1 }
    },
    distinct({ distinct, key, query }) {
      const found = new Query(query).find<Document>(documentsOf(distinct)).all()
      return { ok: 1, values: [...new Set(found.map((document) => document[key]))] }
    },
    insert({ insert, documents }) {
      const stored = documentsOf(insert)
      for (const [index, document] of documents.entries()) {
        if (stored.some(({ _id }) => String(_id) === String(document._id))) {
          const errmsg = `E11000 duplicate key error collection: garden.${insert} index: _id_`
          return { ok: 1, n: index, writeErrors: [{ index, code: 11000, errmsg }] }
        }
        stored.push(document)
      }
      return { ok: 1, n: documents.length }
    },
    update({ update, updates: [{ q, u, multi, upsert, arrayFilters = [] }] }) {
      const stored = documentsOf(update)
      const matching = new Query(q).find<Document>(stored).all()
      if (matching.length === 0 && upsert) {
        const inserted = { _id: new ObjectId(), ...q, ...u, ...u.$set }
        stored.push(inserted)
        return { ok: 1, n: 1, nModified: 0, upserted: [{ index: 0, _id: inserted._id }] }
      }
      const isReplacement = !Array.isArray(u) && !Object.keys(u).some((key) => key.startsWith('$'))
      const [first] = matching
      if (isReplacement && first) stored[stored.indexOf(first)] = { _id: first._id, ...u }
      const options = { arrayFilters }
      if (!isReplacement) (multi ? updateMany : updateOne)(stored, q, u, options)
      const n = multi ? matching.length : Math.min(1, matching.length)
      return { ok: 1, n, nModified: n }
    },
    delete(command) {
      const [{ q, limit }] = command.deletes
      const stored = documentsOf(command.delete)
      const found = new Query(q).find<Document>(stored).all()
      const gone = new Set(limit === 1 ? found.slice(0, 1) : found)
      collections.set(
        command.delete,
        stored.filter((document) => !gone.has(document)),
      )
      return { ok: 1, n: gone.size }
    },
  }

  const replyTo = (command: Document, socket: Socket): Document | undefined => {
    const name = Object.keys(command)[0] ?? ''
    if (!upkeep.has(name)) commands.push(command)
    const given = answers.get(name)
    if (given) return given(command, socket)
    if (upkeep.has(name))
      return { ok: 1, helloOk: true, isWritablePrimary: true, maxWireVersion: 25, minWireVersion: 0 }
    const handler = handle[name]
    try {
      return handler?.(command) ?? { ok: 0, code: 59, errmsg: `no such command: '${name}'` }
    } catch (error) {
      return { ok: 0, code: 2, errmsg: String(error) }
    }
  }

  const port = await serveTcp((socket) => {
    connections += 1
    socket.on('close', () => {
      connections -= 1
    })
    let received: Buffer = Buffer.alloc(0)
    socket.on('data', (data) => {
      received = Buffer.concat([received, data])
      while (received.length >= 4 && received.length >= received.readInt32LE(0)) {
        const length = received.readInt32LE(0)
        const message = readMessage(received.subarray(0, length))
        received = received.subarray(length)
        const reply = replyTo(message.command, socket)
        if (reply) socket.write(writeReply(message, reply))
      }
    })
  })
  return {
    url: `mongodb://127.0.0.1:${port}/garden`,
    commands,
    answer: (command, reply) => answers.set(command, reply),
    get connections() {
      return connections
    },
  }
}

const opReply = 1
const opQuery = 2004
const opMsg = 2013

function readMessage(bytes: Buffer): Message {
  const requestId = bytes.readInt32LE(4)
  if (bytes.readInt32LE(12) === opQuery) {
    // Flags, the name of a collection, and two numbers stand before it.
    const start = bytes.indexOf(0, 20) + 9
    return { requestId, isGreeting: true, command: BSON.deserialize(bytes.subarray(start)) }
  }
  const command: Document = {}
  let at = 20
  while (at < bytes.length) {
    const isList = bytes[at] === 1
    const length = bytes.readInt32LE(at + 1)
    const section = bytes.subarray(at + 1, at + 1 + length)
    if (!isList) Object.assign(command, BSON.deserialize(section, { bsonRegExp: true }))
    else Object.assign(command, readList(section))
    at += 1 + length
  }
  return { requestId, isGreeting: false, command }
}

/** Documents of a command that stand after it, with the name of their field. */
function readList(section: Buffer): Document {
  const end = section.indexOf(0, 4)
  const documents: Document[] = []
  for (let at = end + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(BSON.deserialize(section.subarray(at, at + section.readInt32LE(at)), { bsonRegExp: true }))
  }
  return { [section.toString('utf8', 4, end)]: documents }
}

function writeReply({ requestId, isGreeting }: Message, reply: Document): Buffer {
  const body = BSON.serialize(reply)
  const header = Buffer.alloc(isGreeting ? 36 : 21)
  header.writeInt32LE(header.length + body.length, 0)
  header.writeInt32LE(requestId, 8)
  header.writeInt32LE(isGreeting ? opReply : opMsg, 12)
  if (isGreeting) header.writeInt32LE(1, 32)
  return Buffer.concat([header, body])
}
