/** Exports as a client gets them over HTTP, on every database. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Type } from 'typebox'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApiToken, insertApiToken } from '../../../platform/auth/api-tokens.ts'
import { defineDownload, type Resource } from '../../../platform/resource.ts'
import { resources } from '../../../platform/resources/catalogue.ts'
import { reportState } from '../../../platform/state/report-state.ts'
import { createPlatformServer } from '../../../server/http/platform-server.ts'
import { eachStore } from '../../platform/store/databases.ts'
import { openPlatform } from '../../platform/test-platform.ts'

const relay = { type: 'device', id: 'a'.repeat(24) } as const
const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A download that never ends by itself, or fails in the middle. */
function createTicks() {
  const seen = { isOver: false }
  const declared = {
    summary: '',
    method: 'GET',
    params: Type.Object({}, { additionalProperties: false }),
    contentType: 'text/plain',
    content: '',
    scopes: ['all.Application'],
  } as const
  async function* endless() {
    try {
      for (;;) yield 'tick\n'.repeat(1000)
    } finally {
      seen.isOver = true
    }
  }
  async function* failing() {
    yield 'begun\n'
    await new Promise<void>((turn) => setImmediate(turn))
    throw new Error('The disk is gone')
  }
  const ticks: Resource = {
    name: 'ticks',
    summary: '',
    actions: {},
    downloads: {
      endless: defineDownload({
        ...declared,
        path: '/endless',
        open: async () => ({ fileName: 'a.txt', parts: endless() }),
      }),
      failing: defineDownload({
        ...declared,
        path: '/failing',
        open: async () => ({ fileName: 'a.txt', parts: failing() }),
      }),
    },
  }
  return { ticks, seen }
}

eachStore((_name, open) => {
  async function setUp() {
    const opened = await openPlatform(await open())
    const { platform, ok, clock } = opened
    const { ticks, seen } = createTicks()
    const app = createPlatformServer({
      platform,
      resources: [...resources, ticks],
      contextOf: (caller) => caller,
      isReady: () => true,
      hosts: { bound: '127.0.0.1', names: [], setting: '' },
    })
    closing.push(() => app.close())
    const creator = { creatorId: platform.applicationId, creatorType: 'user' as const }
    const { row, value } = createApiToken(platform, { name: 'a', scope: ['all.Application'], ...creator })
    await platform.store.write((tx) => insertApiToken(tx, row))
    const headersFor = (token: string) => ({ authorization: `Bearer ${token}` })
    const post = async (path: string, payload?: object, token = value) =>
      app.inject({
        method: 'POST',
        url: `/applications/${platform.applicationId}${path}`,
        headers: headersFor(token),
        ...(payload ? { payload } : {}),
      })
    const addDevice = async (name: string, attributes: Record<string, string>, more: object = {}) => {
      const list = Object.entries(attributes).map(([own, dataType]) => ({ name: own, dataType }))
      return (await ok<{ id: string }>('devices.post', { device: { name, attributes: list, ...more } })).id
    }
    const report = (id: string, ago: number, data: object) =>
      reportState(platform, id, { time: new Date(clock.ms - ago).toISOString(), data }, relay)
    const iso = (ago: number) => new Date(clock.ms - ago).toISOString()
    const openReal = async (path: string): Promise<IncomingMessage> => {
      await app.listen({ port: 0, host: '127.0.0.1' })
      const { port } = app.server.address() as AddressInfo
      const asked = request({ port, host: '127.0.0.1', path, headers: headersFor(value) }).end()
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      return response
    }
    return { ...opened, apiTokenId: row.id, seen, post, addDevice, report, iso, openReal }
  }

  describe('an export', () => {
    it('has a line for each state and a column for each attribute, device by device', async () => {
      const { addDevice, report, post, iso } = await setUp()
      const fern = await addDevice('Fern', { moisture: 'number', lid: 'boolean' })
      const palm = await addDevice('Palm, "big"', { moisture: 'number', note: 'string' })
      await report(fern, 1000, { moisture: -4.5 })
      await report(fern, 2000, { moisture: 3, lid: true })
      await report(palm, 1500, { note: 'two\nlines' })
      const answer = await post('/data/export', { deviceIds: [fern, palm] })
      expect(answer.headers).toMatchObject({
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': 'attachment; filename="data.csv"',
        'cache-control': 'no-store',
      })
      const lines = [
        `${iso(2000)},${fern},Fern,true,3,`,
        `${iso(1000)},${fern},Fern,,-4.5,`,
        `${iso(1500)},${palm},"Palm, ""big""",,,"two\nlines"`,
      ]
      expect(answer.body).toBe(`time,deviceId,deviceName,lid,moisture,note\r\n${lines.join('\r\n')}\r\n`)
      const some = await post('/data/export', { deviceIds: [palm, fern], attributes: ['note', 'none', 'note'] })
      expect(some.body).toBe(
        `time,deviceId,deviceName,note,none\r\n${iso(1500)},${palm},"Palm, ""big""","two\nlines",\r\n`,
      )
    })

    it('has every state once, however many there are', async () => {
      const { addDevice, report, post, iso } = await setUp()
      const id = await addDevice('Fern', { often: 'number', seldom: 'number' })
      const agos = Array.from({ length: 1234 }, (_, index) => 1234 - index)
      await reportAll()
      const { body, headers } = await post(`/devices/${id}/export`)
      expect(headers['content-disposition']).toBe(`attachment; filename="device-${id}.csv"`)
      expect(body.split('\r\n').slice(1, -1)).toEqual(
        agos.map((ago) => `${iso(ago)},${id},Fern,${ago},${ago % 100 === 0 ? ago : ''}`),
      )

      async function reportAll() {
        for (const ago of agos) await report(id, ago, { often: ago, ...(ago % 100 === 0 ? { seldom: ago } : {}) })
      }
    })

    it('takes a range, of which the end is the start of the next', async () => {
      const { addDevice, report, post, clock } = await setUp()
      const id = await addDevice('Fern', { moisture: 'number' })
      for (const ago of [1, 2, 3, 4]) await report(id, ago, { moisture: ago })
      const last = async (given: string) =>
        (await post(`/devices/${id}/export?${given}`)).body.match(/\d(?=\r\n)/g)?.join('')
      expect(await last(`start=${clock.ms - 4}&end=${clock.ms - 2}`)).toBe('43')
      expect(await last('start=-2')).toBe('21')
      expect(await last('end=-3')).toBe('4')
    })

    it.each([
      ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
      ['+cmd|x', `'+cmd|x`],
      ['@SUM(A1)', `'@SUM(A1)`],
      ['-A1', `'-A1`],
      [' =A1', `' =A1`],
      ['\t=A1', `'\t=A1`],
      ['-5', '-5'],
      ['+49 170 1', '+49 170 1'],
      ['a=b', 'a=b'],
    ])('writes the text %j so that no spreadsheet computes it', async (text, cell) => {
      const { addDevice, report, post } = await setUp()
      const id = await addDevice('Fern', { note: 'string' })
      await report(id, 1, { note: text })
      expect((await post(`/devices/${id}/export`)).body).toMatch(/\r\n.*\r\n$/s)
      expect((await post(`/devices/${id}/export`)).body.endsWith(`,Fern,${cell}\r\n`)).toBe(true)
    })

    it('of a device with its own token has what it reported itself, whichever devices its key admits', async () => {
      const { addDevice, report, post, ok } = await setUp()
      const own = await addDevice('Fern', { moisture: 'number' })
      const other = await addDevice('Palm', { moisture: 'number' })
      for (const id of [own, other]) await report(id, 1, { moisture: 7 })
      const { key, secret } = await ok<{ key: string; secret: string }>('applicationKeys.post', { applicationKey: {} })
      const credentials = { deviceId: own, key, secret }
      const { token } = await ok<{ token: string }>('auth.authenticateDevice', { credentials })
      const { body, statusCode } = await post('/data/export', { deviceIds: [own, other] }, token)
      expect(statusCode).toBe(200)
      expect(body).toContain(own)
      expect(body).not.toContain(other)
      expect((await post(`/devices/${own}/export`, undefined, token)).statusCode).toBe(403)
    })

    it.each<[string, object | undefined, number]>([
      ['/data/export', undefined, 400],
      ['/data/export', {}, 400],
      ['/data/export', { deviceIds: ['nonsense'] }, 400],
      ['/data/export', { deviceIds: [], start: 2e12, end: 1e12 }, 400],
      ['/data/export', { deviceIds: [], start: '1e5' }, 400],
      ['/data/export', { deviceIds: [], attributes: ["a'; drop table devices; --"] }, 400],
      ['/data/export', { deviceIds: [], email: 'ada@lom.example' }, 400],
      [`/devices/${'d'.repeat(24)}/export`, undefined, 404],
      [`/devices/${'d'.repeat(24)}/export?start=0&start=1`, undefined, 400],
      ['/data/export', { deviceIds: ['d'.repeat(24)], attributes: [] }, 200],
    ])('at %s with %j is answered %i', async (path, payload, status) => {
      const { post } = await setUp()
      const answer = await post(path, payload)
      expect(answer.statusCode).toBe(status)
      if (status === 200) expect(answer.body).toBe('time,deviceId,deviceName\r\n')
      else expect(answer.json()).toMatchObject({ type: expect.any(String), message: expect.any(String) })
    })
  })

  describe('a download', () => {
    it('is read no further once its client has left', async () => {
      const { openReal, seen } = await setUp()
      const response = await openReal('/endless')
      await once(response, 'data')
      response.destroy()
      await vi.waitFor(() => expect(seen.isOver).toBe(true))
    })

    it('ends with its token, cut so that nobody takes it for a whole one', async () => {
      const { openReal, ok, seen, apiTokenId } = await setUp()
      const response = await openReal('/endless')
      await once(response, 'data')
      const rest = response.toArray()
      await ok('applicationApiToken.patch', { apiTokenId, apiToken: { status: 'inactive' } })
      await expect(rest).rejects.toThrow('aborted')
      await vi.waitFor(() => expect(seen.isOver).toBe(true))
    })

    it('that fails in the middle is cut, so that nobody takes it for a whole one', async () => {
      const { openReal } = await setUp()
      const response = await openReal('/failing')
      await expect(response.toArray()).rejects.toThrow('aborted')
    })
  })
})
