import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { fakeServer } from './fake-application.ts'

const request = 'GET / HTTP/1.1\r\nhost: pots.example\r\n\r\n'
/** More than the buffers of both ends hold. */
const long = 'x'.repeat(32 * 1024 * 1024)
const unreadTimeoutMs = 300

const opened: Socket[] = []
let app = fakeServer({})
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy()
  await app.close()
})

function serve(connections: { unreadTimeoutMs?: number; maxConnections?: number; connectionsPerAddress?: number }) {
  const slow = () => pause(4 * unreadTimeoutMs).then(() => ({ body: 'slow' }))
  app = fakeServer(
    { 'GET /': { answer: () => ({ body: long }) }, 'GET /slow': { answer: slow }, 'GET /short': {} },
    { connections },
  )
  return app.listen({ port: 0, host: '127.0.0.1' })
}

/** Reads nothing until it is told to. */
async function open(): Promise<Socket> {
  const { port } = app.server.address() as AddressInfo
  const socket = connect(port, '127.0.0.1').pause()
  opened.push(socket)
  // A connection that the server ends may be reset.
  socket.on('error', () => socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** How many connections the server has. */
const count = () =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, found) => (error ? reject(error) : resolve(found))),
  )

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(20)
}

describe('A reply', () => {
  test('that nobody reads ends with its connection', async () => {
    await serve({ unreadTimeoutMs })
    const socket = await open()
    socket.write(request)
    await until(async () => (await count()) === 1)
    await until(async () => (await count()) === 0)
  })

  test('that is read slowly comes whole', async () => {
    await serve({ unreadTimeoutMs: 1000 })
    const socket = await open()
    socket.write(request)
    const began = performance.now()
    let received = 0
    for await (const chunk of socket) {
      received += chunk.length
      // A chunk has 64 KB at most, so this takes several times as long as a client may read nothing.
      if (performance.now() - began < 3000) await pause(10)
      if (received > long.length) break
    }
    expect(received).toBeGreaterThan(long.length)
    expect(performance.now() - began).toBeGreaterThan(3000)
  })

  test('may be long in coming, after one that was long in being read', async () => {
    await serve({ unreadTimeoutMs })
    const socket = await open()
    socket.write(request + request.replace('/', '/slow'))
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text = (text + chunk).slice(-2000)
    })
    await pause(unreadTimeoutMs / 2)
    socket.resume()
    await until(async () => text.endsWith('slow') || socket.destroyed)
    expect(socket.destroyed).toBe(false)
  })
})

describe('Connections', () => {
  test.each([
    ['of one address', { connectionsPerAddress: 3 }],
    ['of all', { maxConnections: 3 }],
  ])('%s are bounded, and one that ends makes room', async (_name, limits) => {
    await serve(limits)
    const sockets = [await open(), await open(), await open()]
    await until(async () => (await count()) === 3)
    const refused = await open()
    await once(refused.resume(), 'close')
    sockets[0]?.destroy()
    await until(async () => (await count()) === 2)
    const admitted = await open()
    admitted.write(request.replace('/', '/short'))
    const [head] = await once(admitted.setEncoding('latin1').resume(), 'data')
    expect(head).toMatch(/^HTTP\/1.1 200 /)
  })
})
