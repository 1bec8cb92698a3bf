/** Every route of the REST API with every kind of token. */
import { afterAll, describe, expect, test } from 'vitest'
import { restResources } from '../../../server/resources/catalogue.ts'
import { administrator, openRest } from './rest-scene.ts'

interface Made {
  readonly id: string
}

const scene = await openRest()
afterAll(() => scene.close())
const tokens = await makeTokens()
const strangers = await makeStrangers()

async function makeTokens(): Promise<Readonly<Record<string, string>>> {
  const { ok, addToken } = scene
  const tokenFor = async (...scopes: string[]) => (await addToken(scopes)).token
  return {
    administrator: (await ok<{ token: string }>('auth.authenticateUser', { credentials: administrator })).token,
    organization: await tokenFor('all.Organization'),
    application: await tokenFor('all.Application'),
    read: await tokenFor('all.Application.read'),
    cli: await tokenFor('all.Application.cli'),
    device: await signInDevice(),
    deviceRead: await tokenFor('all.Device.read'),
    devices: await tokenFor('devices.*'),
    post: await tokenFor('devices.post'),
    nothing: await tokenFor(),
    nonsense: await tokenFor('__proto__', 'constructor.*', '*', 'all.*', 'devices', 'toString'),
  }
}

async function signInDevice(): Promise<string> {
  const { ok } = scene
  const { id: deviceId } = await ok<Made>('devices.post', { device: { name: 'Fern' } })
  const { key, secret } = await ok<{ key: string; secret: string }>('applicationKeys.post', { applicationKey: {} })
  return (await ok<{ token: string }>('auth.authenticateDevice', { credentials: { deviceId, key, secret } })).token
}

async function makeStrangers(): Promise<Readonly<Record<string, string | undefined>>> {
  const { ok, addToken, platform, clock } = scene
  const user = { email: 'ada@lom.example', password: 'a long password' }
  await ok('experienceUsers.post', { experienceUser: user })
  const deleted = await addToken(['all.Application'])
  await ok('applicationApiToken.delete', { apiTokenId: deleted.apiTokenId })
  const expired = { expirationDate: new Date(clock.ms - 1).toISOString() }
  return {
    nobody: undefined,
    garbage: 'garbage',
    'an experience user': (await platform.users.signToken({ user: user.email })) ?? '',
    deleted: deleted.token,
    expired: (await addToken(['all.Application'], expired)).token,
    inactive: (await addToken(['all.Application'], { status: 'inactive' })).token,
  }
}

const all = ['administrator', 'organization', 'application']
const readers = [...all, 'read']
const everybody = Object.keys(tokens)

/** Who is admitted, by the name of the action or stream. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'application.debug (stream)': all,
  'application.get': [...readers, 'cli'],
  'application.mqttPublishMessage': all,
  'application.openApi': readers,
  'application.patch': [...all, 'cli'],
  'application.readme': [...readers, 'cli'],
  'application.readmePatch': [...all, 'cli'],
  'application.search': readers,
  'applicationApiToken.delete': all,
  'applicationApiToken.get': readers,
  'applicationApiToken.patch': all,
  'applicationApiTokens.get': readers,
  'applicationApiTokens.post': all,
  'applicationKey.delete': all,
  'applicationKey.get': readers,
  'applicationKey.patch': all,
  'applicationKeys.get': readers,
  'applicationKeys.post': all,
  'auth.authenticateDevice': everybody,
  'auth.authenticateUser': everybody,
  'data.export': [...readers, 'device', 'deviceRead'],
  'data.lastValueQuery': [...readers, 'device', 'deviceRead'],
  'data.timeSeriesQuery': [...readers, 'device', 'deviceRead'],
  'device.commandStream (stream)': [...readers, 'device', 'deviceRead'],
  'device.stateStream (stream)': [...readers, 'device', 'deviceRead'],
  'deviceAttribute.delete': all,
  'deviceAttribute.get': [...readers, 'device', 'deviceRead'],
  'deviceAttribute.patch': all,
  'deviceAttributes.get': [...readers, 'device', 'deviceRead'],
  'deviceAttributes.post': all,
  'device.delete': all,
  'device.export': readers,
  'device.get': [...readers, 'device', 'deviceRead'],
  'device.getCommand': [...readers, 'device', 'deviceRead'],
  'device.getCompositeState': [...readers, 'device', 'deviceRead'],
  'device.getLogEntries': [...readers, 'device', 'deviceRead'],
  'device.getState': [...readers, 'device', 'deviceRead'],
  'device.patch': all,
  'device.removeData': all,
  'device.sendCommand': [...all, 'device'],
  'device.sendState': [...all, 'device'],
  'device.setConnectionStatus': [...all, 'device'],
  'devices.attributeNames': [...readers, 'devices'],
  'devices.delete': [...all, 'devices'],
  'devices.deviceNames': [...readers, 'devices'],
  'devices.getCompositeState': [...readers, 'devices'],
  'devices.patch': [...all, 'devices'],
  'devices.removeData': [...all, 'devices'],
  'devices.get': [...readers, 'device', 'deviceRead', 'devices'],
  'devices.post': [...all, 'devices', 'post'],
  'devices.sendCommand': [...all, 'device', 'devices'],
  'devices.sendState': [...all, 'device', 'devices'],
  'devices.tagKeys': [...readers, 'devices'],
  'devices.tagValues': [...readers, 'devices'],
  'experienceGroup.delete': all,
  'experienceGroup.get': readers,
  'experienceGroup.patch': all,
  'experienceGroups.get': readers,
  'experienceGroups.post': all,
  'experienceUser.delete': all,
  'experienceUser.get': readers,
  'experienceUser.patch': all,
  'experienceUsers.get': readers,
  'experienceUsers.post': all,
  'flow.errors': readers,
  'flow.pressVirtualButton': all,
  'flows.get': readers,
  'run.get': all,
  'run.stream (stream)': all,
  'runs.get': all,
  'runs.stream (stream)': all,
}

const kinds = restResources.flatMap(({ name, actions, streams = {}, downloads = {} }) => [
  ...Object.entries({ ...actions, ...downloads }).map(([action, called]) => ({
    ...called,
    call: `${name}.${action}`,
    accept: '*/*',
  })),
  ...Object.entries(streams).map(([stream, called]) => ({
    ...called,
    method: 'GET' as const,
    call: `${name}.${stream} (stream)`,
    accept: 'text/event-stream',
  })),
])

/** With a parameter that no action has: who passes the scope is told of it. */
async function ask({ method, path, accept }: (typeof kinds)[number], token: string | undefined): Promise<number> {
  const own = path.replace('{applicationId}', scene.platform.applicationId)
  const url = `${own.replaceAll(/\{[^}]+\}/g, 'd'.repeat(24))}?nonsense=true`
  const headers = { accept, ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) }
  return (await scene.app.inject({ method, url, headers })).statusCode
}

describe('A token', () => {
  test('is needed for what is written here', () => {
    expect(kinds.map(({ call }) => call).sort()).toEqual(Object.keys(expected).sort())
  })

  test.each(kinds)('is admitted at $method $path ($call) only with a scope for it', async (kind) => {
    const admitted: string[] = []
    for (const [name, token] of Object.entries(tokens)) {
      const status = await ask(kind, token)
      if (status === 400) admitted.push(name)
      else expect(status, name).toBe(403)
    }
    expect(admitted.sort()).toEqual([...(expected[kind.call] ?? [])].sort())
    for (const [name, token] of Object.entries(strangers)) {
      expect(await ask(kind, token), name).toBe(kind.isPublic ? 400 : 401)
    }
  })
})

test('A token that is inactive is not made active again by a token that may do less', async () => {
  const { app, addToken, base } = scene
  const strong = await addToken(['all.Application'], { status: 'inactive' })
  const weak = await addToken(['devices.get'], { status: 'inactive' })
  const { token } = await addToken(['applicationApiToken.patch', 'devices.get'])
  const patch = (apiTokenId: string, payload: object) =>
    app.inject({
      method: 'PATCH',
      url: `${base}/tokens/${apiTokenId}`,
      headers: { authorization: `Bearer ${token}` },
      payload,
    })
  expect((await patch(strong.apiTokenId, { status: 'active' })).statusCode).toBe(403)
  expect((await patch(strong.apiTokenId, { status: 'inactive', description: 'lost' })).statusCode).toBe(200)
  expect((await patch(weak.apiTokenId, { status: 'active' })).statusCode).toBe(200)
})
