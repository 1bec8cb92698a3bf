/** Listing, reading and commanding pots: the flows on a real platform. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ServedFlows, serveFlows } from './serve-flows.ts'

let served: ServedFlows
let ada: { id: string; token: string }
let bob: { id: string; token: string }
let fern: string
let cactus: string

beforeAll(async () => {
  served = await serveFlows()
  ada = await served.signUp('ada@lom.example')
  bob = await served.signUp('bob@lom.example')
  fern = await register(ada.token, 'Fern')
  cactus = await register(bob.token, 'Cactus')
})
afterAll(() => served.close())

async function register(token: string, deviceName: string): Promise<string> {
  const body = { deviceName, manufacturerId: '000000' }
  const answer = await served.request('POST', '/devices', { token, body })
  expect(answer.status).toBe(201)
  return (answer.body as { deviceId: string }).deviceId
}

async function ownList(token: string): Promise<{ id: string; name: string }[]> {
  const answer = await served.request('GET', '/devices', { token })
  expect(answer.status).toBe(200)
  return answer.body as { id: string; name: string }[]
}

/** What a client may write in place of an ID that is its own. */
const noIds = [
  'not-a-real-value',
  '000000000000000000000000',
  '%00',
  '%E2%98%83',
  '__proto__',
  'constructor',
  '*',
  '$ne',
  '%7B%22$ne%22:null%7D',
  "'%20or%201=1--",
  'a'.repeat(2000),
]

describe('GET /devices', () => {
  test('lists the pots of who asks, tags by key, and nobody else', async () => {
    const { body } = await served.request('GET', '/devices', { token: ada.token })
    expect(body).toEqual([
      expect.objectContaining({
        id: fern,
        name: 'Fern',
        tags: { owner: [ada.id], manufacturerId: ['000000'] },
        attributes: [{ name: 'moisture', dataType: 'number' }],
      }),
    ])
    expect((await ownList(bob.token)).map(({ id }) => id)).toEqual([cactus])
  })

  test('is an empty list for who has no pot', async () => {
    const { token } = await served.signUp('eve@lom.example')
    expect(await ownList(token)).toEqual([])
  })

  test('takes nothing of who asks from the request', async () => {
    const url = `/devices?owner=${bob.id}&tags=owner&user=${bob.id}&page=1&perPage=1`
    const { body } = await served.request('GET', url, { token: ada.token })
    expect((body as { id: string }[]).map(({ id }) => id)).toEqual([fern])
  })

  test('lists a pot with the name of somebody else as the one that it is', async () => {
    const { id, token } = await served.signUp('mallory@lom.example')
    await served.request('POST', '/devices', { token, body: { deviceName: ada.id, manufacturerId: ada.id } })
    expect((await ownList(ada.token)).map((device) => device.id)).toEqual([fern])
    const { items } = await served.ok('devices.get', { tagFilter: [{ key: 'owner', value: id }] })
    expect((await ownList(token)).map((device) => device.id)).toEqual((items as { id: string }[]).map((one) => one.id))
  })

  test('lists all 150 pots of an owner', async () => {
    const { id, token } = await served.signUp('gardener@lom.example')
    const tags = [{ key: 'owner', value: id }]
    const names = Array.from({ length: 150 }, (_, index) => `Pot ${String(index).padStart(3, '0')}`)
    await Promise.all(names.map((name) => served.ok('devices.post', { device: { name, tags } })))
    expect((await ownList(token)).map(({ name }) => name)).toEqual(names)
  })
})

describe('GET /devices/{id}/data', () => {
  const fiveMinutesMs = 5 * 60 * 1000
  const stretch = Math.floor(Date.now() / fiveMinutesMs) * fiveMinutesMs - 2 * fiveMinutesMs
  const report = (deviceId: string, points: readonly [number, number][]) =>
    served.ok('device.sendState', {
      deviceId,
      deviceState: points.map(([time, moisture]) => ({ time, data: { moisture } })),
    })
  const read = (id: string, token = ada.token) => served.request('GET', `/devices/${id}/data`, { token })

  test('is an empty list where nothing was reported', async () => {
    const id = await register(ada.token, 'Silent')
    expect(await read(id)).toEqual({ status: 200, body: [] })
  })

  test('has a mean for every five minutes of the last day, oldest first', async () => {
    const id = await register(ada.token, 'Reporting')
    const dayMs = 24 * 60 * 60 * 1000
    await report(id, [
      [stretch + 1000, 0.25],
      [stretch + fiveMinutesMs - 1, 0.75],
      [stretch + fiveMinutesMs, 1],
      [stretch - dayMs - fiveMinutesMs, 9],
    ])
    await report(cactus, [[stretch + 2000, 100]])
    const time = (ms: number) => new Date(ms).toISOString()
    expect(await read(id)).toEqual({
      status: 200,
      body: [
        { time: time(stretch), value: 0.5, sum: 1, count: 2 },
        { time: time(stretch + fiveMinutesMs), value: 1, sum: 1, count: 1 },
      ],
    })
  })

  test.each(noIds)('answers the ID %j with 403', async (id) => {
    expect(await read(id)).toEqual({ status: 403, body: { error: 'Forbidden' } })
  })

  test('answers the pot of somebody else as it answers one that there is none', async () => {
    await report(cactus, [[stretch, 0.5]])
    expect(await read(cactus)).toEqual(await read('000000000000000000000000'))
    expect((await read(cactus, bob.token)).status).toBe(200)
  })

  test('answers a pot that is tagged with several owners by the first', async () => {
    const tags = [
      { key: 'owner', value: bob.id },
      { key: 'owner', value: ada.id },
    ]
    const { id } = await served.ok('devices.post', { device: { name: 'Shared', tags } })
    expect((await read(String(id))).status).toBe(403)
    await served.ok('device.delete', { deviceId: id })
  })

  test('answers a pot without an owner with 403', async () => {
    const { id } = await served.ok('devices.post', { device: { name: 'Lost' } })
    expect((await read(String(id))).status).toBe(403)
    await served.ok('device.delete', { deviceId: id })
  })

  test('has no points of a pot that is deleted while it is read', async () => {
    const id = await register(ada.token, 'Falling')
    await report(id, [[stretch, 0.5]])
    const answer = await deletingBefore('data.timeSeriesQuery', id, () => read(id))
    expect(answer).toEqual({ status: 200, body: [] })
  })
})

describe('POST /devices/{id}/commands', () => {
  const send = (id: string, body: unknown, token = ada.token) =>
    served.request('POST', `/devices/${id}/commands`, { token, body })
  const listed = async (deviceId: string) => served.ok('device.getCommand', { deviceId, limit: 100 })

  test.each(
    [{ seconds: 5 }, [1, 2], 'now', 0, false, null, { a: { '<< data.params.id >>': '"}' } }].map((payload) => ({
      payload,
    })),
  )('sends $payload as it is', async ({ payload }) => {
    const id = await register(ada.token, 'Obedient')
    expect(await send(id, { name: 'water', payload })).toEqual({ status: 200, body: { success: true } })
    expect(await listed(id)).toEqual([{ name: 'water', payload, time: expect.any(String) }])
  })

  test('sends a command without a payload', async () => {
    const id = await register(ada.token, 'Simple')
    expect((await send(id, { name: 'blink' })).status).toBe(200)
    expect(await listed(id)).toEqual([{ name: 'blink', time: expect.any(String) }])
  })

  const nameless = [
    undefined,
    null,
    {},
    { payload: {} },
    { name: '' },
    { name: 5 },
    { name: {} },
    { name: ['a'] },
    [],
    ['water'],
    'water',
  ]

  test.each(nameless.map((body) => ({ body })))('answers the body $body with 400', async ({ body }) => {
    expect(await send(fern, body)).toEqual({ status: 400, body: { error: 'name is required.' } })
    expect(await listed(fern)).toEqual([])
  })

  test('answers what the platform refuses with its status', async () => {
    const { status, body } = await send(fern, { name: 'x'.repeat(256) })
    expect([status, Object.keys(body as object)]).toEqual([400, ['error']])
    expect(await listed(fern)).toEqual([])
  })

  test.each(noIds)('answers the ID %j with 403', async (id) => {
    expect(await send(id, { name: 'water' })).toEqual({ status: 403, body: { error: 'Forbidden' } })
  })

  test('answers the pot of somebody else with 403, whatever the body, and sends nothing', async () => {
    for (const body of [{ name: 'water' }, {}, null]) {
      expect(await send(cactus, body)).toEqual({ status: 403, body: { error: 'Forbidden' } })
    }
    expect(await listed(cactus)).toEqual([])
  })

  test('answers a pot that is deleted meanwhile with 403', async () => {
    const id = await register(ada.token, 'Falling')
    const answer = await deletingBefore('device.sendCommand', id, () => send(id, { name: 'water' }))
    expect(answer).toEqual({ status: 403, body: { error: 'Forbidden' } })
  })
})

describe('GET /admin/devices', () => {
  let admin: { token: string }
  const read = (query = '', token = admin.token) => served.request('GET', `/admin/devices${query}`, { token })
  beforeAll(async () => {
    admin = await served.signUp('root@lom.example', ['admins'])
  })

  test('lists every pot for an administrator, a hundred a page', async () => {
    const { totalCount } = await served.ok('devices.get', { perPage: 1 })
    const ids: string[] = []
    for (let page = 0; page * 100 < Number(totalCount); page += 1) {
      const { status, body } = await read(`?page=${page}`)
      expect([status, (body as { page: number }).page]).toEqual([200, page])
      ids.push(...(body as { items: { id: string }[] }).items.map(({ id }) => id))
    }
    expect(ids).toEqual(expect.arrayContaining([fern, cactus]))
    expect(new Set(ids).size).toBe(totalCount)
  })

  test('is closed to everybody else', async () => {
    expect((await read('', ada.token)).status).toBe(403)
    expect((await served.request('GET', '/admin/devices')).status).toBe(401)
  })

  test.each(['-1', 'abc', '1.5', '', '1&page=2'])('answers the page %j with 400', async (page) => {
    const { status, body } = await read(`?page=${page}`)
    expect([status, Object.keys(body as object)]).toEqual([400, ['error']])
  })

  test('does not make an administrator the owner of a pot', async () => {
    expect(await ownList(admin.token)).toEqual([])
    expect((await served.request('GET', `/devices/${fern}/data`, { token: admin.token })).status).toBe(403)
  })
})

test.each([
  ['GET', '/devices'],
  ['GET', '/devices/000000000000000000000000/data'],
  ['POST', '/devices/000000000000000000000000/commands'],
  ['GET', '/admin/devices'],
] as const)('%s %s needs a token', async (method, url) => {
  for (const token of [undefined, 'a.b.c']) {
    expect((await served.request(method, url, token === undefined ? {} : { token })).status).toBe(401)
  }
})

/** Deletes the device right before the flow's next such call. */
async function deletingBefore<T>(call: string, deviceId: string, act: () => Promise<T>): Promise<T> {
  let deleted = 0
  served.beforeCall = async (made) => {
    if (made !== call || deleted > 0) return
    deleted += 1
    await served.ok('device.delete', { deviceId })
  }
  try {
    return await act()
  } finally {
    served.beforeCall = async () => undefined
    expect(deleted).toBe(1)
  }
}
