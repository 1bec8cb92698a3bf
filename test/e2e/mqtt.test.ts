/** A pot at the real process, from its registration to its reports, with the MQTT client that people use. */
import { createServer } from 'node:net'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import type { MqttClient } from 'mqtt'
import { describe, expect } from 'vitest'
import { isInstalled, makeCertificate } from '../server/mqtt/certificate.ts'
import { it, type Scene } from './it.ts'
import { type Credentials, register, signUp } from './lom-client.ts'
import { api, connect } from './mqtt-client.ts'

const gone = (client: MqttClient) => new Promise<void>((resolve) => client.once('close', () => resolve()))
const report = (client: MqttClient, { deviceId }: Credentials, moisture: number, time?: number) =>
  client.publishAsync(`losant/${deviceId}/state`, JSON.stringify({ data: { moisture }, time }), { qos: 1 })

async function takenPort(scene: Scene): Promise<number> {
  const server = createServer()
  scene.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('It listens on no port.')
  return address.port
}

describe.concurrent('a pot that has registered', () => {
  it('connects with its credentials, reports, receives a command, and is disconnected when its key is revoked', async ({
    scene,
  }) => {
    const flowpot = await scene.start()
    const call = api(flowpot)
    const pot = await register(flowpot, await signUp(flowpot))
    const { deviceId } = pot
    const client = await connect(scene, flowpot.mqtt, pot)
    await report(client, pot, 42)
    expect(await call('GET', `/devices/${deviceId}/state?limit=1`)).toMatchObject({
      status: 200,
      body: [{ data: { moisture: 42 } }],
    })

    await client.subscribeAsync(`losant/${deviceId}/command`, { qos: 1 })
    const came = new Promise<string>((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    )
    const command = { name: 'water', payload: { ml: 50 } }
    expect(await call('POST', `/devices/${deviceId}/command`, command)).toMatchObject({ status: 200 })
    expect(JSON.parse(await came)).toEqual({ ...command, time: { $date: expect.any(String) } })

    const { body } = await call('GET', '/keys')
    const { items } = body as { items: { id: string; key: string }[] }
    const keyId = items.find(({ key }) => key === pot.accessKey)?.id
    const closed = gone(client)
    expect(await call('PATCH', `/keys/${keyId}`, { status: 'inactive' })).toMatchObject({ status: 200 })
    await closed
    await expect(connect(scene, flowpot.mqtt, pot)).rejects.toMatchObject({ code: 5 })
    expect(await flowpot.stop()).toBe(0)
  })

  it('connects by WebSocket on the platform’s port as well', async ({ scene }) => {
    const flowpot = await scene.start()
    const pot = await register(flowpot, await signUp(flowpot))
    const client = await connect(scene, `${flowpot.platform.replace('http', 'ws')}/mqtt`, pot)
    await report(client, pot, 1)
    const closed = gone(client)
    expect(await flowpot.stop()).toBe(0)
    await closed
    expect(flowpot.errors()).toBe('SIGTERM: finishing what runs.\n')
  })

  it('connects with TLS if there is a certificate', async ({ scene, skip }) => {
    if (!isInstalled('openssl')) return skip('NOT RUN, since openssl is not installed')
    const certificate = makeCertificate()
    scene.after(certificate.remove)
    const env = { FLOWPOT_TLS_CERT: certificate.certFile, FLOWPOT_TLS_KEY: certificate.keyFile }
    const flowpot = await scene.start({ env, args: ['--mqtts-port', '0'] })
    const url = String(flowpot.lines.find(({ listening }) => listening === 'mqtts')?.url)
    const pot = await register(flowpot, await signUp(flowpot))
    const client = await connect(scene, url, pot, { ca: certificate.cert })
    await report(client, pot, 1)
  })
})

describe.concurrent('the port of MQTT', () => {
  it('must be free if the settings name it', async ({ scene }) => {
    const port = await takenPort(scene)
    const ports = ['--port', '0', '--platform-port', '0', '--mqtt-port', String(port)]
    const { ended, stdout } = scene.cli(['start', ...ports, '--json', '--data', await scene.folder()])
    expect(await ended()).toBe(1)
    expect(JSON.parse(stdout.text())).toMatchObject({
      error: { code: 'LISTEN_PORT_TAKEN', message: expect.stringMatching(/mqtt.*--mqtt-port or FLOWPOT_MQTT_PORT/) },
    })
  })

  it('is the next free one if the settings name none, and is printed', async ({ scene }) => {
    const server = createServer()
    // This test or another broker uses it.
    await new Promise<void>((resolve) => server.on('error', () => resolve()).listen(1883, '127.0.0.1', resolve))
    scene.after(() => server.close())
    const ports = ['--port', '0', '--platform-port', '0']
    const { child, ended, stdout, stderr } = scene.cli(['start', ...ports, '--data', await scene.folder()])
    const line = await stdout.until(/^mqtt .*\n/m)
    const port = Number(/mqtt:\/\/127\.0\.0\.1:(\d+)/.exec(line)?.[1])
    expect(port).toBeGreaterThan(1883)
    expect(stderr.text()).toContain(`Port 1883 on 127.0.0.1 is taken: MQTT listens on ${port}.`)
    child.kill('SIGTERM')
    expect(await ended()).toBe(0)
  })

  it.each([
    [{ FLOWPOT_TLS_CERT: '/none' }, /FLOWPOT_TLS_CERT is set, but FLOWPOT_TLS_KEY is not/],
    [{ FLOWPOT_TLS_KEY: '/none' }, /FLOWPOT_TLS_KEY is set, but FLOWPOT_TLS_CERT is not/],
    [{ FLOWPOT_TLS_CERT: '/none', FLOWPOT_TLS_KEY: '/none' }, /no such file.*\/none/],
  ])('is not opened with %j', async (env, message) => {
    const { runCli, temporaryFolder } = await import('./flowpot-process.ts')
    const data = await temporaryFolder()
    const ports = ['--port', '0', '--platform-port', '0', '--mqtt-port', '0']
    const { code, output } = await runCli(['start', ...ports, '--json', '--data', data.path], { env })
    await data.remove()
    expect(code).toBe(1)
    expect(JSON.parse(output)).toMatchObject({
      error: { code: 'MQTT_TLS_INVALID', message: expect.stringMatching(message) },
    })
  })
})

describe.concurrent('SIGKILL while devices report', () => {
  it('loses no state that was acknowledged', async ({ scene }) => {
    const data = await scene.folder()
    const devices = 50
    const acknowledged = new Map<string, number[]>()
    let pots: Credentials[] = []
    const rounds = 2
    for (let round = 0; round < rounds; round++) {
      const flowpot = await scene.start({ data })
      if (round === 0) {
        const token = await signUp(flowpot)
        pots = await Promise.all(Array.from({ length: devices }, (_, n) => register(flowpot, token, `Pot ${n}`)))
      }
      const clients = await Promise.all(pots.map((pot) => connect(scene, flowpot.mqtt, pot)))
      const startedAt = Date.now()
      let count = 0
      await Promise.all(
        pots.map(async (pot, n) => {
          const client = clients[n] as MqttClient
          const closed = gone(client)
          for (let step = 0; ; step++) {
            const value = round * 1e6 + step
            const isStored = await Promise.race([
              report(client, pot, value, startedAt - value).then(() => true),
              closed.then(() => false),
            ])
            if (!isStored) return
            acknowledged.set(pot.deviceId, [...(acknowledged.get(pot.deviceId) ?? []), value])
            if (++count === 2000) flowpot.child.kill('SIGKILL')
          }
        }),
      )
      expect(await flowpot.ended()).toBe('SIGKILL')
    }

    const flowpot = await scene.start({ data })
    expect(flowpot.errors()).toBe('')
    expect(await flowpot.stop()).toBe(0)
    const database = new Database(join(data, 'flowpot.db'), { readonly: true })
    scene.after(() => database.close())
    const rows = database.prepare('select * from device_states').all() as { device_id: string; number: number }[]
    const stored = new Map<string, Set<number>>()
    for (const row of rows) {
      stored.set(row.device_id, (stored.get(row.device_id) ?? new Set()).add(row.number))
    }
    const all = [...acknowledged].flatMap(([deviceId, values]) => values.map((value) => ({ deviceId, value })))
    expect(all.length).toBeGreaterThanOrEqual(2000 * rounds)
    expect(all.filter(({ deviceId, value }) => !stored.get(deviceId)?.has(value))).toEqual([])
  })
})
