/** Whatever was acknowledged survives, however the process ends. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect } from 'vitest'
import { type Flowpot, request } from './flowpot-process.ts'
import { it } from './it.ts'
import { type Credentials, expectKeyIsGood, fern, listDevices, register, signUp } from './lom-client.ts'

describe.concurrent('the data', () => {
  it('survives a restart with users, tokens, devices and keys, and only its owner can read it, whatever the umask', async ({
    scene,
  }) => {
    const data = join(await scene.folder(), 'data')
    const command = ['sh', '-c', 'umask 000; exec "$0" "$@"', process.execPath, 'dist/cli.js', 'start'] as const
    const first = await scene.start({ data, command })
    const token = await signUp(first)
    const credentials = await register(first, token)
    const adminToken = String(first.adminToken)
    const devices = await listDevices(first, adminToken)
    expect(devices.map(({ deviceId }) => deviceId)).toEqual([credentials.deviceId])
    const mode = async (name: string) => ((await stat(join(data, name))).mode & 0o777).toString(8)
    expect(await mode('.')).toBe('700')
    for (const name of ['signing-key', 'flowpot.db', 'flowpot.db-wal']) expect(await mode(name), name).toBe('600')
    expect(await first.stop()).toBe(0)

    const second = await scene.start({ data })
    expect(second.applicationId).toBe(first.applicationId)
    expect(await listDevices(second, adminToken)).toEqual(devices)
    await expectKeyIsGood(second, credentials)
    await register(second, token, 'Ivy')
    const taken = { email: 'ada@lom.example', password: 'another one' }
    expect(await request(`${second.experience}/users`, { method: 'POST', body: taken })).toMatchObject({ status: 409 })
  })
})

/** Registers one pot after another and reports each acknowledged one, until the process ends. */
async function registerUntilItDies(
  { experience }: Flowpot,
  token: string,
  name: string,
  acknowledge: (credentials: Credentials) => void,
): Promise<void> {
  for (let n = 0; ; n++) {
    const body = { ...fern, deviceName: `${name}-${n}` }
    const answer = await request(`${experience}/devices`, { method: 'POST', token, body }).catch(() => undefined)
    if (!answer) return
    expect(answer).toMatchObject({ status: 201 })
    acknowledge(answer.body as Credentials)
  }
}

describe.concurrent('SIGKILL under load', () => {
  it('loses no device that was acknowledged, and no key', async ({ scene }) => {
    const data = await scene.folder()
    const clients = 20
    const rounds = 2
    const acknowledged: Credentials[] = []
    let token = ''
    let adminToken = ''
    for (let round = 0; round < rounds; round++) {
      const flowpot = await scene.start({ data })
      adminToken ||= String(flowpot.adminToken)
      token ||= await signUp(flowpot)
      let count = 0
      const acknowledge = (credentials: Credentials) => {
        acknowledged.push(credentials)
        count++
        if (count === 100 + 37 * round) flowpot.child.kill('SIGKILL')
      }
      const names = Array.from({ length: clients }, (_, client) => `${round}-${client}`)
      await Promise.all(names.map((name) => registerUntilItDies(flowpot, token, name, acknowledge)))
      expect(await flowpot.ended()).toBe('SIGKILL')
      expect(flowpot.errors()).toBe('')
    }

    const flowpot = await scene.start({ data })
    expect(flowpot.errors()).toBe('')
    const devices = await listDevices(flowpot, adminToken)
    const ids = new Set(devices.map(({ deviceId }) => deviceId))
    expect(acknowledged.length).toBeGreaterThan(100 * rounds)
    expect(acknowledged.filter(({ deviceId }) => !ids.has(deviceId))).toEqual([])
    // A pot may be stored although its answer never arrived.
    expect(devices.length - acknowledged.length).toBeLessThanOrEqual(clients * rounds)
    for (const device of devices) {
      expect(device).toMatchObject({
        tags: expect.arrayContaining([{ key: 'manufacturerId', value: '000000' }]),
        attributes: [{ name: 'moisture', dataType: 'number' }],
      })
    }
    await Promise.all(acknowledged.map((credentials) => expectKeyIsGood(flowpot, credentials)))
    expect(await flowpot.stop()).toBe(0)

    const database = new Database(join(data, 'flowpot.db'), { readonly: true })
    scene.after(() => database.close())
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(database.pragma('foreign_key_check')).toEqual([])
  })
})
