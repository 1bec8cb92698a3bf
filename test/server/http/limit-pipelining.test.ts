import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeServer } from './fake-application.ts'
import { connectTo } from './raw-connection.ts'

const get = (headers = '') => `GET / HTTP/1.1\r\nhost: x\r\n${headers}\r\n`
const foreign = (protocol: string) => get(`connection: Upgrade\r\nupgrade: ${protocol}\r\n`)

describe('a connection', () => {
  let served = 0
  let app = fakeServer({})
  const start = (options: object) => {
    served = 0
    const answer = () => ({ body: { served: ++served } })
    app = fakeServer({ 'GET /': { answer }, 'POST /': { answer: ({ data }) => ({ body: data.body }) } }, options)
    return connectTo(app)
  }
  afterEach(() => app.close())

  test('may send as many requests at once as may wait for answers, and again once they are answered', async () => {
    const connection = await start({ maxPipelinedRequests: 5 })
    for (const last of [5, 10, 15]) {
      connection.send(get().repeat(5))
      await connection.until(new RegExp(`"served":${last}\\}`))
    }
    connection.socket.destroy()
  })

  test.each([
    ['one more', 6],
    ['a hundred thousand', 100_000],
  ])('that sends %s is ended, and others are served', async (_name, count) => {
    const connection = await start({ maxPipelinedRequests: 5 })
    connection.send(get().repeat(count))
    await connection.closed()
    expect(served).toBeLessThanOrEqual(5)
    const other = await connectTo(app)
    other.send(get('connection: close\r\n'))
    expect(await other.closed()).toMatch(/^HTTP\/1\.1 200 /)
  })

  test.each([
    ['a URL that cannot be read', 'GET /% HTTP/1.1\r\nhost: x\r\n\r\n', 400],
    ['an unknown expectation', get('expect: x\r\n'), 200],
  ])('that sends many requests with %s is ended', async (_what, request, status) => {
    const connection = await start({ maxPipelinedRequests: 5 })
    connection.send(request.repeat(20_000))
    expect((await connection.closed()).split('HTTP/1.1 ').length).toBeLessThanOrEqual(6)
    const other = await connectTo(app)
    other.send(request)
    await other.until(new RegExp(`^HTTP/1.1 ${status} `))
    other.socket.destroy()
  })

  test.each(['foo', 'h2c', 'TLS/1.0', 'websocket, foo'])(
    'is ended with the answer to a request to change to %s',
    async (protocol) => {
      const connection = await start({})
      let changed = 0
      app.server.on('upgrade', () => changed++)
      const warned: unknown[] = []
      const warn = (warning: unknown) => warned.push(warning)
      process.on('warning', warn)
      connection.send(foreign(protocol).repeat(1000))
      const answer = await connection.closed()
      process.off('warning', warn)
      expect(answer).toMatch(/^HTTP\/1\.1 200 .*connection: close.*"served":1\}/is)
      expect({ changed, warned, served, answers: answer.split('HTTP/1.1 200').length - 1 }).toEqual({
        changed: 0,
        warned: [],
        served: 1,
        answers: 1,
      })
    },
  )

  test.each([
    ['of known length', 'content-length: 11', ['{"a":', '"b"}  ']],
    ['in chunks', 'transfer-encoding: chunked', ['5\r\n{"a":\r\n', '4\r\n"b"}\r\n0\r\n\r\n']],
  ])('brings a body %s with a request to change protocol', async (_name, length, pieces) => {
    const connection = await start({})
    app.server.on('upgrade', () => {})
    const head = `POST / HTTP/1.1\r\nhost: x\r\nconnection: Upgrade\r\nupgrade: h2c\r\n${length}\r\n`
    connection.send(`${head}content-type: application/json\r\n\r\n`)
    for (const piece of pieces) {
      connection.send(piece)
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(await connection.closed()).toMatch(/\{"a":"b"\}$/)
  })

  test('changes to WebSocket where the server listens', async () => {
    const connection = await start({})
    const changed = once(app.server, 'upgrade')
    connection.send(foreign('WebSocket'))
    const [request, socket] = await changed
    expect(request.url).toBe('/')
    socket.destroy()
  })
})
