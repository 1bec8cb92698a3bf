/** Losant's own REST client calls every action that we have on the real process; the actions that we lack are listed. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actionsByCall } from '../../platform/resources/catalogue.ts'
import { type Flowpot, startFlowpot, temporaryFolder } from './flowpot-process.ts'

type Params = Readonly<Record<string, unknown>>
/** The assertions check what comes back. */
type Result = { readonly [key: string]: unknown }
type Client = Readonly<Record<string, Readonly<Record<string, (params: Params) => Promise<Result>>>>>

// It is CommonJS and has no types.
const losant: { createClient(options: object): Client } = createRequire(import.meta.url)('losant-rest')

const administrator = { email: 'root@lom.example', password: 'an administrator of lom' }
const id = expect.stringMatching(/^[0-9a-f]{24}$/)
const success = { success: true }

let folder = { path: '', remove: async () => {} }
let flowpot: Flowpot
const walked = new Set<string>()

beforeAll(async () => {
  const flow =
    'name: All\non: [ { endpoint: GET /all }, { button: By hand } ]\nnodes: [ { type: reply, status: 200 } ]\n'
  folder = await temporaryFolder({ 'application.yaml': 'name: lom\n', 'all.yaml': flow })
  const env = { FLOWPOT_ADMIN_EMAIL: administrator.email, FLOWPOT_ADMIN_PASSWORD: administrator.password }
  flowpot = await startFlowpot({ data: join(folder.path, 'data'), folder: folder.path, env })
})
afterAll(async () => {
  await flowpot.stop()
  await folder.remove()
})

function clientOf(accessToken?: string): Client {
  return losant.createClient({ url: flowpot.platform, ...(accessToken === undefined ? {} : { accessToken }) })
}

/** Calls an action of the client, as the administrator unless a token is given. */
async function call(name: string, params: Params = {}, token = flowpot.adminToken): Promise<Result> {
  const [resource = '', action = ''] = name.split('.')
  const method = clientOf(token)[resource]?.[action]
  if (!method) throw new Error(`Losant's client has no ${name}.`)
  const result = await method({ applicationId: flowpot.applicationId, ...params })
  walked.add(name)
  return result
}

/** The error that the client throws when the action is refused. */
async function refusal(name: string, params: Params = {}, token = flowpot.adminToken): Promise<unknown> {
  const error = await call(name, params, token).catch((thrown: unknown) => thrown)
  if (!(error instanceof Error)) throw new Error(`${name} was not refused.`)
  return { ...error, message: error.message }
}

const refused = (statusCode: number, type: string, message = expect.stringMatching(/\S/)) => ({
  statusCode,
  type,
  message,
})

const idOf = (result: Result) => String(result.id)

/** A device of its own for a test. */
async function makeDevice(device: Params = {}): Promise<string> {
  return idOf(await call('devices.post', { device: { name: 'Fern', ...device } }))
}

describe("Losant's client", () => {
  test('reads and changes the application', async () => {
    expect(await call('application.get')).toMatchObject({ id: flowpot.applicationId, name: 'lom', summary: {} })
    expect(await call('application.patch', { application: { description: 'Pots' } })).toMatchObject({
      description: 'Pots',
    })
    const { summary } = await call('application.get', { summaryInclude: 'deviceCount' })
    expect(summary).toEqual({ deviceCount: 0 })
  })

  test('creates, lists, reads, changes and deletes devices', async () => {
    const tags = [
      { key: 'owner', value: 'ada' },
      { key: 'owner', value: 'bob' },
    ]
    const attributes = [{ name: 'moisture', dataType: 'number' }]
    const made = await call('devices.post', { device: { name: 'Fern', tags, attributes } })
    const deviceId = idOf(made)
    expect(made).toMatchObject({ id, deviceId, applicationId: flowpot.applicationId, name: 'Fern', tags, attributes })
    expect(await call('device.get', { deviceId })).toMatchObject({ name: 'Fern', tags })
    expect(await call('device.patch', { deviceId, device: { name: 'Moss' } })).toMatchObject({ name: 'Moss', tags })
    const list = await call('devices.get', { filterField: 'name', filter: 'M*s', sortField: 'name', perPage: 5 })
    expect(list).toMatchObject({
      items: [{ deviceId }],
      count: 1,
      totalCount: 1,
      page: 0,
      perPage: 5,
      sortField: 'name',
      sortDirection: 'asc',
      filter: 'M*s',
      filterField: 'name',
    })
    expect(await call('devices.attributeNames')).toEqual({ attributeNames: ['moisture'] })
    expect(await call('devices.tagKeys')).toEqual({ tagKeys: ['owner'] })
    expect(await call('devices.tagValues', { key: 'owner' })).toEqual({ tagKey: 'owner', tagValues: ['ada', 'bob'] })
    expect(await call('device.delete', { deviceId })).toEqual(success)
    expect(await refusal('device.get', { deviceId })).toMatchObject(refused(404, 'NotFound', 'Device was not found'))
  })

  test('asks advanced queries', async () => {
    const near = await makeDevice({ name: 'near', tags: [{ key: 'zone', value: 'a' }], deviceClass: 'gateway' })
    const far = await makeDevice({ name: 'far', tags: [{ key: 'zone', value: 'b' }] })
    const bare = await makeDevice({ name: 'bare', attributes: [{ name: 'light', dataType: 'boolean' }] })
    const names = new Map([near, far, bare].map((device, index) => [device, ['near', 'far', 'bare'][index]]))
    const queries: readonly (readonly [unknown, readonly string[]])[] = [
      [{ name: 'near' }, ['near']],
      [{ name: { $in: ['near', 'bare'] } }, ['near', 'bare']],
      [{ $and: [{ deviceClass: { $ne: 'gateway' } }, { tags: { zone: 'b' } }] }, ['far']],
      [{ $or: [{ tags: { $tagKey: 'zone', $tagValue: 'a' } }, { attributeName: 'light' }] }, ['near', 'bare']],
      [{ $nor: [{ tags: { $tagKey: 'zone' } }] }, ['bare']],
      [{ tags: { $ne: { $tagKey: 'zone', $tagValue: 'a' } } }, ['far', 'bare']],
      [{ creationDate: { $gt: '2020-01-01T00:00:00.000Z', $lt: Date.UTC(2100, 0) } }, ['near', 'far', 'bare']],
      [{ id: { $in: [far] } }, ['far']],
      [{}, ['near', 'far', 'bare']],
    ]
    for (const [query, expected] of queries) {
      const { items } = await call('devices.get', { query })
      const found = (items as { id: string }[]).map((device) => names.get(device.id))
      expect([query, found.sort()]).toEqual([query, expected.toSorted()])
    }
    const tagFilter = [{ key: 'zone', value: 'a' }]
    expect(await call('devices.get', { tagFilter })).toMatchObject({ totalCount: 1, items: [{ id: near }] })
    for (const query of [{ $where: '1' }, { nme: 'x' }, [], 'x', { name: { $gt: { a: 1 } } }]) {
      expect(await refusal('devices.get', { query })).toMatchObject(refused(400, 'Validation'))
    }
    for (const deviceId of [near, far, bare]) await call('device.delete', { deviceId })
  })

  test('creates, lists, changes and revokes access keys, with which a device signs in', async () => {
    const deviceId = await makeDevice()
    const made = await call('applicationKeys.post', { applicationKey: { deviceIds: [deviceId], description: 'one' } })
    const applicationKeyId = idOf(made)
    expect(made).toMatchObject({
      id,
      applicationKeyId,
      status: 'active',
      key: expect.any(String),
      secret: expect.any(String),
    })
    const { key, secret } = made
    expect(await call('applicationKeys.get')).toMatchObject({ totalCount: 1, items: [{ applicationKeyId, key }] })
    const shown = await call('applicationKey.get', { applicationKeyId })
    expect(shown).toMatchObject({ key, deviceIds: [deviceId] })
    expect(shown).not.toHaveProperty('secret')

    const credentials = { deviceId, key, secret }
    const signedIn = await call('auth.authenticateDevice', { credentials })
    expect(signedIn).toMatchObject({ applicationId: flowpot.applicationId, deviceId, token: expect.any(String) })
    const token = String(signedIn.token)
    expect(await call('device.get', { deviceId }, token)).toMatchObject({ deviceId })
    expect(await call('devices.get', {}, token)).toMatchObject({ totalCount: 1 })
    expect(await refusal('device.delete', { deviceId }, token)).toMatchObject(refused(403, 'Forbidden'))
    expect(await refusal('applicationKeys.get', {}, token)).toMatchObject(refused(403, 'Forbidden'))

    const applicationKey = { status: 'inactive' }
    expect(await call('applicationKey.patch', { applicationKeyId, applicationKey })).toMatchObject(applicationKey)
    expect(await refusal('auth.authenticateDevice', { credentials })).toMatchObject(refused(401, 'Unauthorized'))
    expect(await call('applicationKey.delete', { applicationKeyId })).toEqual(success)
    expect(await refusal('applicationKey.get', { applicationKeyId })).toMatchObject(refused(404, 'NotFound'))
    await call('device.delete', { deviceId })
  })

  test('creates, lists, changes and deletes experience users and groups', async () => {
    const experienceUser = { email: 'Ada@lom.example', password: 'correct horse battery', userTags: { plan: 'free' } }
    const user = await call('experienceUsers.post', { experienceUser })
    const experienceUserId = idOf(user)
    expect(user).toMatchObject({ id, experienceUserId, email: 'Ada@lom.example', userTags: { plan: 'free' } })
    expect(JSON.stringify(user)).not.toMatch(/battery|hash|scrypt/)
    expect(await refusal('experienceUsers.post', { experienceUser })).toMatchObject(refused(409, 'Conflict'))
    expect(await call('experienceUsers.get')).toMatchObject({ totalCount: 1, items: [{ experienceUserId }] })
    expect(await call('experienceUser.get', { experienceUserId })).toMatchObject({ email: 'Ada@lom.example' })
    const patch = { experienceUserId, experienceUser: { firstName: 'Ada' } }
    expect(await call('experienceUser.patch', patch)).toMatchObject({ firstName: 'Ada' })

    const experienceGroup = { name: 'admins', experienceUserIds: [experienceUserId], groupTags: { level: '1' } }
    const group = await call('experienceGroups.post', { experienceGroup })
    const experienceGroupId = idOf(group)
    expect(group).toMatchObject({ id, experienceGroupId, ...experienceGroup })
    expect(await call('experienceGroups.get')).toMatchObject({ totalCount: 1, items: [{ experienceGroupId }] })
    expect(await call('experienceGroup.get', { experienceGroupId })).toMatchObject({ name: 'admins' })
    expect(await call('experienceUser.get', { experienceUserId })).toMatchObject({
      experienceGroups: [{ name: 'admins' }],
    })
    const renamed = { experienceGroupId, experienceGroup: { name: 'owners' } }
    expect(await call('experienceGroup.patch', renamed)).toMatchObject({ name: 'owners' })
    expect(await call('experienceGroup.delete', { experienceGroupId })).toEqual(success)
    expect(await call('experienceUser.delete', { experienceUserId })).toEqual(success)
    expect(await refusal('experienceUser.get', { experienceUserId })).toMatchObject(refused(404, 'NotFound'))
  })

  test('creates, lists, changes and revokes API tokens, which may do what their scopes allow', async () => {
    const made = await call('applicationApiTokens.post', { apiToken: { name: 'reader', scope: ['devices.get'] } })
    const apiTokenId = idOf(made)
    expect(made).toMatchObject({
      id,
      name: 'reader',
      scope: ['devices.get'],
      status: 'active',
      token: expect.any(String),
    })
    const token = String(made.token)
    const { items } = await call('applicationApiTokens.get')
    expect(items).toContainEqual(expect.objectContaining({ id: apiTokenId }))
    expect(JSON.stringify(items)).not.toContain(token)
    expect(await call('applicationApiToken.get', { apiTokenId })).toMatchObject({ name: 'reader' })
    expect(await call('devices.get', {}, token)).toMatchObject({ items: [] })
    expect(await refusal('devices.post', { device: { name: 'x' } }, token)).toMatchObject(refused(403, 'Forbidden'))
    const patch = { apiTokenId, apiToken: { status: 'inactive' } }
    expect(await call('applicationApiToken.patch', patch)).toMatchObject({ status: 'inactive' })
    expect(await refusal('devices.get', {}, token)).toMatchObject(refused(401, 'Unauthorized'))
    expect(await call('applicationApiToken.delete', { apiTokenId })).toEqual(success)
  })

  test('signs the administrator in', async () => {
    const { token } = await call('auth.authenticateUser', { credentials: administrator }, '')
    expect(await call('devices.get', {}, String(token))).toMatchObject({ items: [] })
    const wrong = { ...administrator, password: 'not the password' }
    expect(await refusal('auth.authenticateUser', { credentials: wrong }, '')).toMatchObject(
      refused(401, 'Unauthorized'),
    )
  })

  test('presses buttons', async () => {
    const press = { flowId: 'all', button: { key: 'By hand', payload: {} } }
    expect(await call('flow.pressVirtualButton', press)).toMatchObject(success)
    expect(await refusal('flow.pressVirtualButton', { ...press, flowId: 'none' })).toMatchObject(
      refused(404, 'NotFound'),
    )
  })

  test('gets errors with type, message and statusCode', async () => {
    const device = { name: 7 }
    expect(await refusal('devices.post', { device })).toEqual(refused(400, 'Validation', 'device.name must be string'))
    expect(await refusal('devices.post', {})).toMatchObject(refused(400, 'Validation'))
    expect(await refusal('device.get', { deviceId: 'x' })).toMatchObject(refused(404, 'NotFound', 'No such route.'))
    expect(await refusal('devices.get', { perPage: 'many' })).toMatchObject(refused(400, 'Validation'))
    expect(await refusal('devices.get', { applicationId: 'f'.repeat(24) })).toMatchObject(refused(404, 'NotFound'))
    expect(await refusal('devices.get', {}, 'made up')).toMatchObject(refused(401, 'Unauthorized'))
    expect(await refusal('events.get')).toMatchObject(refused(404, 'NotFound'))
    expect(await call('flows.get')).toMatchObject({ applicationId: expect.any(String), items: expect.any(Array) })
  })
})

/** Of actions that may come later in a catalogue, a call that succeeds. They are walked once they are there. */
const later: Readonly<Record<string, (deviceId: string) => Params>> = {
  'application.mqttPublishMessage': () => ({ payload: { topic: 'pots', message: 'hello' } }),
  'application.readme': () => ({}),
  'application.readmePatch': () => ({ readme: { content: '# lom' } }),
  'application.search': () => ({ filter: 'fern' }),
  'data.lastValueQuery': (deviceId) => ({ query: { deviceIds: [deviceId] } }),
  'data.timeSeriesQuery': (deviceId) => ({ query: { deviceIds: [deviceId] } }),
  'device.getCommand': (deviceId) => ({ deviceId }),
  'device.getCompositeState': (deviceId) => ({ deviceId }),
  'device.getLogEntries': (deviceId) => ({ deviceId }),
  'device.getState': (deviceId) => ({ deviceId }),
  'device.removeData': (deviceId) => ({ deviceId }),
  'device.sendCommand': (deviceId) => ({ deviceId, deviceCommand: { name: 'water', payload: { ml: 5 } } }),
  'device.sendState': (deviceId) => ({ deviceId, deviceState: { data: { moisture: 1 } } }),
  'device.setConnectionStatus': (deviceId) => ({ deviceId, connectionStatus: { status: 'connected' } }),
  'flow.errors': () => ({ flowId: 'all' }),
  'devices.delete': () => ({ options: { query: { name: 'none' } } }),
  'devices.patch': (deviceId) => ({ patchInfo: { deviceIds: [deviceId], updateFields: { name: 'Moss' } } }),
  'devices.removeData': (deviceId) => ({ options: { query: { id: deviceId } } }),
  'devices.sendCommand': (deviceId) => ({ multiDeviceCommand: { name: 'water', deviceIds: [deviceId] } }),
}
const isOurs = (name: string) => actionsByCall.has(name)

test.each(Object.entries(later).filter(([name]) => isOurs(name)))("Losant's client calls %s", async (name, params) => {
  const deviceId = await makeDevice({ attributes: [{ name: 'moisture', dataType: 'number' }] })
  expect(await call(name, params(deviceId))).toBeTypeOf('object')
  await call('device.delete', { deviceId })
})

describe('Of what Losant has,', () => {
  const client = losant.createClient({})
  const theirs = Object.entries(client).flatMap(([resource, actions]) =>
    typeof actions === 'object' ? Object.keys(actions).map((action) => `${resource}.${action}`) : [],
  )
  const resourceOf = (name: string) => name.split('.')[0] ?? name

  test('every action that we have was called above', () => {
    // Its client cannot call actions that Losant does not have.
    const shared = [...actionsByCall.keys()].filter((name) => theirs.includes(name))
    expect(shared.filter((name) => !walked.has(name))).toEqual([])
    expect(shared.length).toBeGreaterThan(28)
  })

  test('these actions of the resources that we have are left out', () => {
    const ours = new Set([...actionsByCall.keys()].map(resourceOf))
    // Buttons are pressed on the application, which the catalogue does not know.
    // Nor does it know streams.
    const others = ['flow.pressVirtualButton', 'device.stateStream', 'device.commandStream']
    const isServed = (name: string) => isOurs(name) || others.includes(name)
    const lacking = theirs.filter((name) => ours.has(resourceOf(name)) && !isServed(name))
    expect(lacking.filter((name) => !(name in later) && resourceOf(name) !== 'data').sort()).toEqual([
      'application.applyTemplate',
      'application.archiveData',
      'application.backfillArchiveData',
      'application.clone',
      'application.delete',
      'application.export',
      'application.fullDataTablesArchive',
      'application.fullEventsArchive',
      'application.globals',
      'application.import',
      'application.mqttSubscriptionStream',
      'application.payloadCounts',
      'auth.authenticateUserGithub',
      'auth.authenticateUserSaml',
      'auth.ssoDomain',
      'device.export',
      'devices.export',
      'flow.clearStorageEntries',
      'flow.delete',
      'flow.get',
      'flow.getLogEntries',
      'flow.getStorageEntries',
      'flow.getStorageEntriesMetadata',
      'flow.patch',
      'flow.setStorageEntry',
      'flow.stats',
    ])
  })

  test('these resources are left out', () => {
    const ours = new Set([...actionsByCall.keys()].map(resourceOf))
    const lacking = [...new Set(theirs.map(resourceOf))].filter((name) => !ours.has(name) && name !== 'data')
    expect(lacking.sort().join(' ')).toBe(
      [
        'applicationCertificate applicationCertificateAuthorities applicationCertificateAuthority',
        'applicationCertificates applicationDashboard applicationDashboards applicationTemplate',
        'applicationTemplates applications auditLog auditLogs dashboard dashboards dataTable dataTableRow',
        'dataTableRows dataTables deviceRecipe deviceRecipes edgeDeployments event events experience',
        'experienceDomain experienceDomains experienceEndpoint experienceEndpoints experienceSlug',
        'experienceSlugs experienceVersion experienceVersions experienceView experienceViews file files',
        'flowVersion flowVersions flows instance instanceApiToken instanceApiTokens instanceMember',
        'instanceMembers instanceOrg instanceOrgMember instanceOrgMembers instanceOrgs instances integration',
        'integrations me notebook notebooks org orgInvites orgs userApiToken userApiTokens webhook webhooks',
      ].join(' '),
    )
  })
})
