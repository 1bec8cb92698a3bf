/** The sample application, with a platform that answers from a table. */
import { describe, expect, test } from 'vitest'
import type { ApiOutcome } from '../../contracts/outcomes.ts'
import { loadApplication } from '../../engine/load/load-application.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'
import { quietServices } from '../services.ts'

const { application, problems } = loadApplication(await readFolder('flows'), {
  nodeTypes,
  triggerTypes,
  actions: describeActions(),
})

const ada = { id: '5f1c2d3e4f5a6b7c8d9e0f1a', email: 'ada@lom.example' }
const password = 'correct horse battery'
const device = { result: { deviceId: '6a1c2d3e4f5a6b7c8d9e0f1b' } }
const key = { result: { key: 'the key', secret: 'the secret' } }

const refusal = (statusCode: number, message: string): ApiOutcome => ({
  error: { type: 'Validation', statusCode, message },
})

async function request(route: string, body: unknown, answers: Readonly<Record<string, ApiOutcome>> = {}) {
  const trigger = application?.endpoints.find(({ spec }) => `${spec.method} ${spec.route}` === route)
  if (!application || !trigger) throw new Error(`${route} is not served.`)
  const made: { call: string; params: unknown }[] = []
  const { reply, done } = application.start({
    trigger,
    id: 'request-1',
    applicationId: '5f0000000000000000000000',
    data: { body, params: {}, query: {}, headers: {}, cookies: {} },
    experience: { user: ada },
    log: () => undefined,
    services: quietServices({
      api: async (call, params) => {
        made.push({ call, params })
        return answers[call] ?? refusal(500, 'nothing is known of this call')
      },
      users: {
        verifyPassword: async (address, given) => (address === ada.email && given === password ? ada : null),
        verifyToken: async () => null,
        signToken: async () => 'a.b.c',
      },
    }),
  })
  const { status, body: answer } = await reply
  const { error } = await done
  return { answer: [status, answer], made, error }
}

test('the sample application loads without a problem', () => {
  expect(problems).toEqual([])
})

describe('POST /users', () => {
  test.each([null, {}, { email: ada.email }, { password }, { email: '', password }, 'text', []])(
    'answers %j with 400',
    async (body) => {
      const { answer, made } = await request('POST /users', body)
      expect(answer).toEqual([400, { error: 'Email and password fields required.' }])
      expect(made).toEqual([])
    },
  )

  test('answers 201 with the user', async () => {
    const { answer, made } = await request(
      'POST /users',
      { email: ada.email, password, isAdmin: true },
      { 'experienceUsers.post': { result: ada } },
    )
    expect(answer).toEqual([201, ada])
    expect(made).toEqual([{ call: 'experienceUsers.post', params: { experienceUser: { email: ada.email, password } } }])
  })

  test('answers an address that is taken with 409', async () => {
    const answers = { 'experienceUsers.post': refusal(409, 'whatever the platform says') }
    const { answer } = await request('POST /users', { email: ada.email, password }, answers)
    expect(answer).toEqual([409, { error: 'Email already exists.' }])
  })

  test('answers every other refusal with its own status and message', async () => {
    const answers = { 'experienceUsers.post': refusal(400, 'password is too short') }
    const { answer } = await request('POST /users', { email: ada.email, password: 'a' }, answers)
    expect(answer).toEqual([400, { error: 'password is too short' }])
  })
})

describe('POST /auth', () => {
  test('answers 200 with token and user', async () => {
    expect((await request('POST /auth', { email: ada.email, password })).answer).toEqual([
      200,
      { token: 'a.b.c', user: ada },
    ])
  })

  test.each([
    null,
    {},
    { email: ada.email },
    { email: ada.email, password: 'wrong' },
    { email: {}, password: [] },
    'text',
  ])('answers %j with 401', async (body) => {
    const { answer, error } = await request('POST /auth', body)
    expect(answer).toEqual([401, { error: 'Unauthorized' }])
    expect(error).toBeUndefined()
  })
})

describe('POST /devices', () => {
  const body = { deviceName: 'My "Awesome" << plant >> {{x}}', manufacturerId: '000000' }

  test.each([null, {}, { deviceName: 'x' }, { manufacturerId: '1' }, { deviceName: '', manufacturerId: '1' }])(
    'answers %j with 400',
    async (incomplete) => {
      const { answer, made } = await request('POST /devices', incomplete)
      expect(answer).toEqual([400, { error: 'manufacturerId and deviceName are required.' }])
      expect(made).toEqual([])
    },
  )

  test('makes a device for its owner and a key for that device alone', async () => {
    const { answer, made } = await request('POST /devices', body, {
      'devices.post': device,
      'applicationKeys.post': key,
    })
    expect(answer).toEqual([
      201,
      { deviceId: device.result.deviceId, accessKey: 'the key', accessSecret: 'the secret' },
    ])
    expect(made).toEqual([
      {
        call: 'devices.post',
        params: {
          device: {
            name: body.deviceName,
            tags: [
              { key: 'owner', value: ada.id },
              { key: 'manufacturerId', value: '000000' },
            ],
            attributes: [{ name: 'moisture', dataType: 'number' }],
          },
        },
      },
      {
        call: 'applicationKeys.post',
        params: {
          applicationKey: {
            description: `Access key for ${device.result.deviceId}`,
            deviceIds: [device.result.deviceId],
          },
        },
      },
    ])
  })

  test('answers a device that is refused as the platform does, and makes no key', async () => {
    const { answer, made } = await request('POST /devices', body, { 'devices.post': refusal(400, 'name is too long') })
    expect(answer).toEqual([400, { error: 'name is too long' }])
    expect(made.map(({ call }) => call)).toEqual(['devices.post'])
  })

  test('deletes the device where its key is refused', async () => {
    const { answer, made } = await request('POST /devices', body, {
      'devices.post': device,
      'applicationKeys.post': refusal(503, 'The database is busy'),
      'device.delete': { result: { success: true } },
    })
    expect(answer).toEqual([503, { error: 'The database is busy' }])
    expect(made.at(-1)).toEqual({ call: 'device.delete', params: { deviceId: device.result.deviceId } })
  })
})
