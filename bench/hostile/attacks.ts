/** The costliest request of each kind that is accepted, or refused late. Each is taken from what was found to cost most. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { HostileTarget } from './target.ts'

export interface Attack {
  readonly name: string
  /** What the honest client asks for meanwhile, if not for a text. */
  readonly honestPath?: string
  /** How it is to be answered. With another answer it is not the attack that its name says. */
  readonly answer: RegExp
  /** Makes what is to be sent. What it returns sends it, and says how it was answered. */
  prepare(target: HostileTarget): Promise<() => Promise<string>>
}

/** A body is just below the limit of 1 MB. */
const bodyBytes = 1_000_000

const json = 'application/json'

export const attacks: readonly Attack[] = [
  { name: 'nobody', answer: /^nothing sent$/, prepare: async () => async () => pause(300, 'nothing sent') },
  sending(500, 'a key of 1 MB, in a run that fails', '/fail', () => jsonOf({ ['-eyJ'.repeat(bodyBytes / 4 - 4)]: 1 })),
  sending(500, 'thirty texts of 32 KB, in a run that fails', '/fail', () =>
    jsonOf(Array.from({ length: 30 }, (_, n) => `${n}${'-eyJ'.repeat(8_000)}`)),
  ),
  sending(500, 'a header of 15 KB, in a run that fails', '/fail', () => ({
    ...jsonOf({}),
    headers: { 'x-a': '-eyJ'.repeat(3_800) },
  })),
  sending(200, 'JSON of 10,000 keys', '/echo', () =>
    jsonOf(Object.fromEntries(numbered(10_000, (n) => [`key${n}`, n]))),
  ),
  sending(200, 'JSON of 249,000 maps', '/echo', () => jsonOf(numbered(249_000, () => ({})))),
  sending(200, 'JSON of 2,500 lists, 98 in one another', '/echo', () => ({
    type: json,
    body: `[${numbered(2_500, () => '['.repeat(98) + ']'.repeat(98)).join()}]`,
  })),
  sending(200, 'a form of 10,000 fields', '/echo', () => ({
    type: 'application/x-www-form-urlencoded',
    body: numbered(10_000, (n) => `field${n}=${'%20'.repeat(25)}`).join('&'),
  })),
  sending(200, 'multipart of 100 files and 900 fields', '/echo', () => multipart(100, 900)),
  sending(413, 'multipart of 9,000 files', '/echo', () => multipart(9_000, 0)),
  sending(422, 'CSV of 100,000 columns', '/csv', () => ({ type: 'text/csv', body: csv(100_000, 1) })),
  sending(200, 'CSV of 450,000 values', '/csv', () => ({ type: 'text/csv', body: csv(900, 500) })),
  sending(422, 'HTML, 190 deep, and 20 in the selector', '/html', () =>
    jsonOf({ source: '<a>'.repeat(190) + '<b></b>'.repeat(38_000), selector: `b${' a'.repeat(20)}` }),
  ),
  sending(422, 'HTML, 38,000 elements in a tree 190 deep', '/html', () =>
    jsonOf({
      source: numbered(200, () => '<a>'.repeat(190) + '</a>'.repeat(190)).join(''),
      selector: `b${' a'.repeat(50)}`,
    }),
  ),
  sending(200, 'HTML of 90,000 attributes', '/html', () =>
    jsonOf({ source: `<a ${numbered(90_000, (n) => `a${n}`).join(' ')}></a>`, selector: 'a' }),
  ),
  sending(200, 'HTML of 900,000 ampersands', '/html', () => jsonOf({ source: '&'.repeat(900_000), selector: 'a' })),
  sending(200, 'a loop over 3,000 items', '/loop', () =>
    jsonOf({ items: numbered(3_000, (n) => ({ value: `item ${n}` })) }),
  ),
  sending(200, 'a loop over 4,990 items, side by side', '/parallel', () =>
    jsonOf({ items: numbered(4_990, (n) => ({ value: `item ${n}`, more: 'x'.repeat(150) })) }),
  ),
  sending(500, 'a loop over 9,900 items, side by side', '/parallel', () =>
    jsonOf({ items: numbered(9_900, (n) => ({ value: `item ${n}`, more: 'x'.repeat(50) })) }),
  ),
  sending(413, 'a body of 1 GB, compressed', '/echo', () => ({
    type: json,
    body: gzipSync(Buffer.alloc(1024 ** 3, 'a')).subarray(0, bodyBytes),
    headers: { 'content-encoding': 'gzip' },
  })),
  answering(502, 'an answer of 200 MB, by gzip', () => ['gzip', gzipSync(Buffer.alloc(200 * 1024 ** 2))]),
  answering(502, 'an answer of 200 MB, by brotli', () => ['br', brotliCompressSync(Buffer.alloc(200 * 1024 ** 2))]),
  answering(200, 'an answer of 2,500 lists, 98 in one another', () => [
    'identity',
    `[${numbered(2_500, () => '['.repeat(98) + ']'.repeat(98)).join()}]`,
  ]),
  {
    name: 'twelve slow scripts, while the client asks for a script too',
    honestPath: '/honest-script',
    answer: /^12 × 200$/,
    prepare: async (target) => () =>
      together(numbered(12, () => () => post(target, '/script', jsonOf({ times: 3e6 })))),
  },
  {
    name: 'eighty sign-ups at once',
    // Those that find too many before them are told to try again.
    answer: /^\d+ × 201(?:, \d+ × 503)?$|^\d+ × 503, \d+ × 201$/,
    prepare: async (target) => {
      let users = 0
      const run = Math.random()
      const user = () => jsonOf({ email: `${users++}-${run}@lom.example`, password: 'correct horse battery' })
      return () => together(numbered(80, () => () => post(target, '/users', user())))
    },
  },
  { name: 'a query of 20 parts over 2,000 devices, by a device', answer: exactly(200), prepare: prepareDeviceQuery },
  {
    name: '100,000 requests to upgrade, on one connection',
    answer: /^[01] answered$/,
    prepare: async ({ platform }) =>
      pipeline(platform, 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: foo\r\n\r\n'),
  },
  {
    name: '100,000 requests on one connection',
    // The connection is ended before any answer has left.
    answer: /^\d{1,2} answered$/,
    prepare: async ({ experience }) => pipeline(experience, 'GET /honest HTTP/1.1\r\nhost: localhost\r\n\r\n'),
  },
  { name: 'fifty replies of 4 MB that nobody reads', answer: /^unread$/, prepare: prepareUnread },
]

function exactly(status: number): RegExp {
  return new RegExp(`^${status}$`)
}

interface Sent {
  readonly type: string
  readonly body: string | Uint8Array<ArrayBuffer>
  readonly headers?: Readonly<Record<string, string>>
}

function sending(status: number, name: string, path: string, make: () => Sent): Attack {
  return {
    name,
    answer: exactly(status),
    async prepare(target) {
      const sent = make()
      return () => post(target, path, sent)
    },
  }
}

/** A host that a flow asks, and that answers with this. */
function answering(status: number, name: string, make: () => [coding: string, body: string | Uint8Array]): Attack {
  return {
    name,
    answer: exactly(status),
    async prepare(target) {
      const [coding, body] = make()
      const server = createServer((_, response) => {
        response.writeHead(200, { 'content-encoding': coding, 'content-type': json }).end(body)
      })
      server.listen(0, '127.0.0.1').unref()
      await once(server, 'listening')
      // It listens, so it has an address.
      const { port } = server.address() as AddressInfo
      return () => post(target, '/fetch', jsonOf({ url: `http://127.0.0.1:${port}/` }))
    },
  }
}

async function post({ experience }: HostileTarget, path: string, { type, body, headers }: Sent): Promise<string> {
  const response = await fetch(`${experience}${path}`, {
    method: 'POST',
    headers: { 'content-type': type, ...headers },
    body,
  })
  await response.arrayBuffer()
  return String(response.status)
}

/** Says how often each status was answered. */
async function together(requests: readonly (() => Promise<string>)[]): Promise<string> {
  const statuses = await Promise.all(requests.map((request) => request()))
  const counts = new Map<string, number>()
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
}

async function prepareDeviceQuery({
  platform,
  applicationId,
  adminToken,
}: HostileTarget): Promise<() => Promise<string>> {
  const ask = async (path: string, body: object, token?: string) => {
    const response = await fetch(`${platform}${path}`, {
      method: 'POST',
      headers: { 'content-type': json, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    })
    // What the REST API answers.
    return { status: response.status, body: (await response.json()) as Record<string, string> }
  }
  const application = `/applications/${applicationId}`
  const device = (n: number) => ({
    name: `pot ${n}`,
    tags: [{ key: 'place', value: `shelf ${n}` }],
    attributes: [{ name: 'moisture', dataType: 'number' }],
  })
  let deviceId = ''
  for (let n = 0; n < 2_000; n += 50) {
    const made = await Promise.all(numbered(50, (more) => ask(`${application}/devices`, device(n + more), adminToken)))
    deviceId = made[0]?.body.deviceId ?? ''
  }
  const { body: access } = await ask(`${application}/keys`, { deviceIds: [deviceId] }, adminToken)
  const { body: signedIn } = await ask('/auth/device', { deviceId, key: access.key, secret: access.secret })
  const query = { $or: numbered(20, (n) => ({ attributeName: { $contains: `x${n}` } })) }
  return async () => {
    const { status, body } = await ask(`${application}/data/last-value-query`, { deviceQuery: query }, signedIn.token)
    return status === 200 ? '200' : `${status}: ${body.message}`
  }
}

async function pipeline(url: string, request: string): Promise<() => Promise<string>> {
  const all = request.repeat(100_000)
  return async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => undefined)
    let answered = 0
    socket.on('data', (bytes: Buffer) => {
      answered += bytes.toString('latin1').split('HTTP/1.1').length - 1
    })
    socket.write(all)
    await Promise.race([new Promise((resolve) => socket.once('close', resolve)), pause(2_000)])
    socket.resetAndDestroy()
    await pause(500)
    return `${answered} answered`
  }
}

async function prepareUnread({ experience }: HostileTarget): Promise<() => Promise<string>> {
  return async () => {
    const sockets = numbered(50, () => connect(Number(new URL(experience).port), '127.0.0.1'))
    for (const socket of sockets) {
      socket.on('error', () => undefined).pause()
      socket.write('GET /large HTTP/1.1\r\nhost: localhost\r\n\r\n')
    }
    await pause(3_000)
    for (const socket of sockets) socket.destroy()
    return 'unread'
  }
}

function jsonOf(value: unknown): Sent {
  return { type: json, body: JSON.stringify(value) }
}

function csv(columns: number, rows: number): string {
  const record = numbered(columns, (n) => n % 10).join()
  return `${numbered(columns, (n) => `c${n}`).join()}\n${`${record}\n`.repeat(rows)}`
}

function multipart(files: number, fields: number): Sent {
  const part = (header: string) => `--X\r\ncontent-disposition: form-data; ${header}\r\n\r\nab\r\n`
  const parts = [
    ...numbered(files, (n) => part(`name=f${n}; filename="${n}.txt"`)),
    ...numbered(fields, (n) => part(`name=g${n}`)),
  ]
  return { type: 'multipart/form-data; boundary=X', body: `${parts.join('')}--X--\r\n` }
}

function numbered<Item>(length: number, item: (n: number) => Item): Item[] {
  return Array.from({ length }, (_, n) => item(n))
}
