import { describe, expect, test } from 'vitest'
import type { ActionCatalog } from '../../../contracts/actions.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { problemsOf, runNode } from '../run-node.ts'
import { nodesOnPlatform } from '../run-on-platform.ts'

const actions: ActionCatalog = describeActions()
const problems = (yaml: string) =>
  problemsOf(yaml, actions).map(({ code, line, message, hint }) => ({ code, line, text: `${message} ${hint ?? ''}` }))

describe('a node about devices that does not load', () => {
  test.each([
    ['type: get-device\nresult: data.d', 'FLOW_MISSING_FIELD', 4, 'what to select'],
    ['type: get-device\ndeviceId: a\nquery: {}\nresult: data.d', 'FLOW_UNKNOWN_FIELD', 6, 'combined with deviceId'],
    ['type: get-device\ndeviceId: a', 'FLOW_MISSING_FIELD', 4, 'result'],
    ['type: get-device\ndeviceId: a\nseveral: true\nresult: data.d', 'FLOW_UNKNOWN_FIELD', 6, 'one device'],
    ['type: get-device\ndeviceName: a\nperPage: 5\nresult: data.d', 'FLOW_UNKNOWN_FIELD', 6, 'several: true'],
    [
      'type: get-device\ndeviceName: a\nseveral: true\nperPage: 1001\nresult: data.d',
      'FLOW_WRONG_TYPE',
      7,
      'from 1 to 1000',
    ],
    ['type: get-device\ndeviceName: a\nattributes: [ b ]\nresult: data.d', 'FLOW_UNKNOWN_FIELD', 6, 'includeState'],
    ['type: get-device\ntags: []\nresult: data.d', 'FLOW_WRONG_TYPE', 5, 'tags'],
    ['type: get-device\ntags: [ {} ]\nresult: data.d', 'FLOW_MISSING_FIELD', 5, 'a key, a value or both'],
    ['type: get-device\ntags: [ { key: a, vlaue: b } ]\nresult: data.d', 'FLOW_UNKNOWN_FIELD', 5, 'vlaue'],
    ['type: get-device\ntags: { owner: a }\nresult: data.d', 'FLOW_WRONG_TYPE', 5, 'a list'],
    ['type: get-device\nquery: a\nresult: data.d', 'FLOW_WRONG_TYPE', 5, 'query'],
    ['type: create-device\ndevice: { nmae: a }\nelse: end', 'FLOW_MISSING_FIELD', 5, 'name'],
    ['type: create-device\ndevice: { name: a, tags: b }\nelse: end', 'FLOW_WRONG_TYPE', 5, 'tags'],
    ['type: update-device\ndevice: { name: b }\nelse: end', 'FLOW_MISSING_FIELD', 4, 'deviceId'],
    ['type: update-device\ndeviceId: a\ndevice: { id: b }\nelse: end', 'FLOW_UNKNOWN_FIELD', 6, 'id'],
    ['type: delete-device\nelse: end', 'FLOW_MISSING_FIELD', 4, 'what to select'],
    ['type: delete-device\nquery: {}\nelse: end', 'FLOW_WRONG_TYPE', 5, 'every device'],
    ['type: device-state\ndeviceId: a\nelse: end', 'FLOW_MISSING_FIELD', 4, 'state'],
    ['type: device-command\ncommand: a\nelse: end', 'FLOW_MISSING_FIELD', 4, 'what to select'],
    ['type: device-command\ndeviceId: a\nelse: end', 'FLOW_MISSING_FIELD', 4, 'command'],
    [
      'type: device-command\ncommand: a\ndeviceId: a\ndeviceTags: [ { key: b } ]\nelse: end',
      'FLOW_UNKNOWN_FIELD',
      7,
      'combined with deviceId',
    ],
  ])('%j is %s', (yaml, code, line, text) => {
    const found = problems(yaml)
    expect(found.map((problem) => [problem.code, problem.line])).toContainEqual([code, line])
    expect(found.map((problem) => problem.text).join()).toContain(text)
  })

  test('knows a device, its tags as they are asked for, and lists of devices', () => {
    const reads = (yaml: string, path: string) => {
      const reader = `next: [ [ { type: debug, message: "<< ${path} >>" } ] ]`
      const codes = problems(`${yaml}\nresult: data.d\n${reader}`).map(({ code }) => code)
      // What the harness puts below is not reached.
      return codes.filter((code) => code !== 'FLOW_UNREACHABLE')
    }
    const one = 'type: get-device\ndeviceId: a'
    expect(reads(one, 'data.d.tags.[0].value')).toEqual([])
    expect(reads(one, 'data.d.tags.owner.[0]')).toEqual(['FLOW_ABSENT_PATH'])
    expect(reads(`${one}\ntagsAsObject: true`, 'data.d.tags.owner.[0]')).toEqual([])
    expect(reads(one, 'data.d.nmae')).toEqual(['FLOW_ABSENT_PATH'])
    expect(reads(one, 'data.d.compositeState')).toEqual(['FLOW_ABSENT_PATH'])
    const several = 'type: get-device\ndeviceName: a\nseveral: true'
    expect(reads(several, 'data.d.[0].id')).toEqual([])
    expect(reads(several, 'data.d.id')).toEqual(['FLOW_ABSENT_PATH'])
    expect(reads(`${several}\nmetadata: true`, 'data.d.totalCount')).toEqual([])
  })
})

/** Three pots, of which two are on a floor and one is in a group of Ada's. */
async function pots() {
  const on = await nodesOnPlatform()
  const make = async (name: string, ...tags: [key: string, value: string][]) => {
    const device = {
      name,
      tags: tags.map(([key, value]) => ({ key, value })),
      attributes: [{ name: 'moisture', dataType: 'number' }],
    }
    return (await on.ok<{ id: string }>('devices.post', { device })).id
  }
  const fern = await make('Fern', ['floor', '2'], ['room', 'hall'])
  const cactus = await make('Cactus', ['floor', '2'])
  const aloe = await make('Aloe', ['floor', '1'])
  const experienceUser = { email: 'ada@lom.example', password: 'correct horse battery' }
  const { id: user } = await on.ok<{ id: string }>('experienceUsers.post', { experienceUser })
  const experienceGroup = { name: 'house', experienceUserIds: [user], deviceIds: [aloe] }
  const { id: group } = await on.ok<{ id: string }>('experienceGroups.post', { experienceGroup })
  return { ...on, fern, cactus, aloe, user, group }
}

const namesOf = (found: unknown) => (found as { name: string }[]).map(({ name }) => name)

describe('get-device', () => {
  test('finds devices in each of the ways', async () => {
    const { result, group, user, fern } = await pots()
    const find = async (way: string, data = {}) =>
      namesOf(await result(`type: get-device\n${way}\nseveral: true`, data))
    expect(await find('deviceName: Fern')).toEqual(['Fern'])
    expect(await find('deviceName: fern')).toEqual([])
    expect(await find('tags: [ { key: floor, value: "2" } ]')).toEqual(['Cactus', 'Fern'])
    expect(await find('tags: [ { key: floor, value: "2" }, { key: room } ]')).toEqual(['Fern'])
    expect(await find('tags: [ { value: hall } ]')).toEqual(['Fern'])
    expect(await find('anyTags: [ { key: room }, { key: floor, value: "1" } ]')).toEqual(['Aloe', 'Fern'])
    expect(await find(`group: ${group}`)).toEqual(['Aloe'])
    expect(await find(`user: ${user}`)).toEqual(['Aloe'])
    expect(await find('user: ADA@lom.example')).toEqual(['Aloe'])
    expect(await find('query: { name: { $startsWith: C } }')).toEqual(['Cactus'])
    expect(await find('query: << data.query >>', { query: { id: fern } })).toEqual(['Fern'])
    expect(await find(`parentId: ${fern}`)).toEqual([])
  })

  test('finds nothing by what nothing can have', async () => {
    const { result, group } = await pots()
    const long = 'x'.repeat(300)
    for (const way of [
      'group: not-a-real-value',
      'user: nobody@lom.example',
      'user: "*"',
      'parentId: "000000000000000000000000"',
      `tags: [ { key: floor, value: ${long} } ]`,
      `anyTags: [ { key: ${long} } ]`,
      `tags: [ { key: floor, value: "" } ]`,
      `group: "${group} "`,
    ]) {
      expect([way, await result(`type: get-device\n${way}\nseveral: true`)]).toEqual([way, []])
      expect([way, await result(`type: get-device\n${way}`)]).toEqual([way, null])
    }
  })

  test.each(['not-a-real-value', '', '000000000000000000000000', '__proto__', '*'])(
    'has null for the ID %j',
    async (id) => {
      const { result } = await pots()
      expect(await result('type: get-device\ndeviceId: << data.id >>', { id })).toBeNull()
    },
  )

  test.each([
    ['deviceId: << data.missing >>', 'deviceId is missing'],
    ['deviceName: << data.missing >>', 'deviceName is missing'],
    ['tags: [ { key: owner, value: << data.missing >> } ]', 'tags[0].value is missing'],
    ['anyTags: [ { key: owner }, { key: << data.missing >> } ]', 'anyTags[1].key is missing'],
    ['group: << data.missing >>', 'group is missing'],
    ['user: << data.missing >>', 'user is missing'],
    ['query: << data.missing >>', 'query is missing'],
    ['query: { experienceUserId: << data.missing >> }', 'A part of query.experienceUserId is missing'],
    ['query: { tags: { owner: << data.missing >> } }', 'A part of query.tags is missing'],
    ['query: { $and: [ { id: << data.missing >> } ] }', 'A part of query.$and is missing'],
    ['deviceId: << data.list >>', 'deviceId'],
    ['tags: [ { key: owner, value: << data.list >> } ]', 'value'],
    ['query: << data.list >>', 'query'],
    ['query: { name: { $regex: a } }', 'devices.get was refused with 400'],
  ])('fails for %j, and never finds more', async (way, message) => {
    const { run } = await pots()
    const { error, payload } = await run(`type: get-device\n${way}\nresult: data.result`, { list: ['a'] })
    expect(String(error)).toContain(message)
    expect(payload.data).toEqual({ list: ['a'] })
  })

  test('pages and sorts, and tells how many there are', async () => {
    const { result } = await pots()
    const yaml =
      'type: get-device\nquery: {}\nseveral: true\nmetadata: true\nperPage: << data.perPage >>\npage: 1\nsortDirection: desc'
    expect(await result(yaml, { perPage: '2' })).toEqual({
      items: [expect.objectContaining({ name: 'Aloe' })],
      count: 1,
      totalCount: 3,
      page: 1,
      perPage: 2,
      sortField: 'name',
      sortDirection: 'desc',
    })
  })

  test('shows tags, attributes, connection and state as they are asked for', async () => {
    const { result, ok, fern } = await pots()
    await ok('device.sendState', { deviceId: fern, deviceState: { data: { moisture: 0.4 } } })
    const yaml = `type: get-device\ndeviceId: ${fern}`
    expect(await result(yaml)).toMatchObject({
      tags: [
        { key: 'floor', value: '2' },
        { key: 'room', value: 'hall' },
      ],
      attributes: [{ name: 'moisture', dataType: 'number' }],
      connectionInfo: { connected: null },
    })
    const all = await result(
      `${yaml}\ntagsAsObject: true\nattributesAsObject: true\nincludeConnection: false\nincludeState: true`,
    )
    expect(all).toMatchObject({
      tags: { floor: ['2'], room: ['hall'] },
      attributes: { moisture: { dataType: 'number' } },
      compositeState: { moisture: { value: 0.4, time: '2026-01-02T03:04:05.678Z' } },
    })
    expect(all).not.toHaveProperty('connectionInfo')
    expect(await result(`${yaml}\nincludeState: true\nattributes: [ light ]`)).toMatchObject({ compositeState: {} })
  })

  test('leaves out a device that is deleted while its state is read', async () => {
    const gone = { error: { type: 'NotFound', statusCode: 404, message: 'Device was not found' } }
    const items = [{ id: '6a1c2d3e4f5a6b7c8d9e0f1b' }]
    const run = await runNode({
      yaml: 'type: get-device\nquery: {}\nseveral: true\nincludeState: true\nresult: data.found',
      payload: { data: {} },
      answers: { 'devices.get': { result: { items, totalCount: 1 } }, 'device.getCompositeState': gone },
    })
    expect(run.payload.data).toEqual({ found: [] })
  })

  test('fails where the platform fails, in place of saying that there is no device', async () => {
    const busy = { error: { type: 'Error', statusCode: 503, message: 'The database is busy' } }
    for (const way of ['deviceId: 6a1c2d3e4f5a6b7c8d9e0f1b', 'query: {}']) {
      const { error, payload } = await runNode({
        yaml: `type: get-device\n${way}\nresult: data.found`,
        payload: { data: {} },
        answers: { 'device.get': busy, 'devices.get': busy },
      })
      expect(String(error)).toContain('with 503: The database is busy')
      expect(payload.data).toEqual({})
    }
  })
})

describe('create-device, update-device and delete-device', () => {
  test('make, change and delete', async () => {
    const { result, ok } = await nodesOnPlatform()
    const made = (await result('type: create-device\ndevice: { name: << data.name >>, tags: << data.tags >> }', {
      name: '<< data.x >> "{{y}}" <b>',
      tags: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    })) as { id: string; name: string }
    expect(made).toMatchObject({ name: '<< data.x >> "{{y}}" <b>', tags: [{ key: 'a' }, { key: 'a' }] })
    const { id } = made
    const changed = await result(
      'type: update-device\ndeviceId: << data.id >>\ndevice: { name: B, tags: << data.t >> }',
      { id },
    )
    expect(changed).toMatchObject({ id, name: 'B', tags: [{ value: '1' }, { value: '2' }] })
    expect(await result('type: delete-device\ndeviceId: << data.id >>', { id })).toBe(true)
    expect(await ok('devices.get')).toMatchObject({ items: [] })
  })

  test('show tags and attributes by name, whatever their names', async () => {
    const { result } = await nodesOnPlatform()
    const device = {
      name: 'A',
      tags: [
        { key: 'a', value: '1' },
        { key: 'toString', value: '2' },
        { key: 'a', value: '3' },
      ],
      attributes: [{ name: 'moisture', dataType: 'number' }],
    }
    const yaml = 'type: create-device\ndevice: << data.device >>\ntagsAsObject: true\nattributesAsObject: true'
    expect(await result(yaml, { device })).toMatchObject({
      tags: { a: ['1', '3'], toString: ['2'] },
      attributes: { moisture: { dataType: 'number' } },
    })
  })

  test.each([
    ['type: create-device\ndevice: << data.device >>', { device: 'text' }, 400],
    ['type: create-device\ndevice: << data.device >>', { device: { name: 'a', constructor: 1 } }, 400],
    ['type: update-device\ndeviceId: << data.id >>\ndevice: { name: a }', { id: 'not-a-real-value' }, 400],
    ['type: update-device\ndeviceId: << data.id >>\ndevice: { name: a }', { id: '000000000000000000000000' }, 404],
    ['type: delete-device\ndeviceId: << data.id >>', { id: '000000000000000000000000' }, 404],
    ['type: device-state\ndeviceId: << data.id >>\nstate: { a: 1 }', { id: '000000000000000000000000' }, 404],
    ['type: device-command\ndeviceId: << data.id >>\ncommand: a', { id: '000000000000000000000000' }, 404],
  ])('%s is refused by else, and fails without one', async (yaml, data, status) => {
    const { run } = await nodesOnPlatform()
    const refused = await run(`${yaml}\nresult: data.result\nelse: end`, data)
    expect(refused.output).toBe('else')
    expect(refused.payload.data).toMatchObject({ result: { error: { statusCode: status } } })
    const failed = await run(yaml, data)
    expect(String(failed.error)).toContain(`with ${status}`)
  })

  test('delete what a query means, and nothing where a part of it is missing', async () => {
    const { run, result, ok } = await pots()
    const remaining = async () => namesOf((await ok<{ items: unknown }>('devices.get')).items)
    for (const query of ['<< data.q >>', '{ id: << data.q >> }', '{ $or: [ { id: << data.q >> } ] }']) {
      const { error } = await run(`type: delete-device\nquery: ${query}`)
      expect(String(error)).toContain('is missing')
    }
    expect(await remaining()).toEqual(['Aloe', 'Cactus', 'Fern'])
    const yaml = 'type: delete-device\nquery: { tags: { floor: << data.floor >> } }'
    expect(await result(yaml, { floor: '2' })).toEqual({ removed: 2, failed: 0 })
    expect(await result(yaml, { floor: '2' })).toEqual({ removed: 0, failed: 0 })
    expect(await remaining()).toEqual(['Aloe'])
  })
})

describe('device-state', () => {
  test("reports at the payload's time, or at the one that it is given", async () => {
    const { run, ok, fern } = await pots()
    await run(`type: device-state\ndeviceId: ${fern}\nstate: { moisture: << data.value >>, other: 1 }`, {
      value: '0.5',
    })
    const given = Date.UTC(2026, 0, 1)
    await run(`type: device-state\ndeviceId: ${fern}\nstate: << data.state >>\ntime: << data.time >>`, {
      state: { moisture: 0.7 },
      time: given,
    })
    expect(await ok('device.getState', { deviceId: fern, limit: 10 })).toEqual([
      { time: '2026-01-02T03:04:05.678Z', data: { moisture: 0.5 } },
      { time: new Date(given).toISOString(), data: { moisture: 0.7 } },
    ])
  })

  test.each([
    ['state: << data.state >>', { state: 'wet' }],
    ['state: << data.state >>', { state: [1] }],
    ['state: { moisture: 1 }\ntime: << data.missing >>', {}],
    ['state: { moisture: { deep: 1 } }', {}],
  ])('is refused for %s of %j', async (fields, data) => {
    const { run, ok, fern } = await pots()
    const { output } = await run(`type: device-state\ndeviceId: ${fern}\n${fields}\nelse: end`, data)
    expect(output).toBe('else')
    expect(await ok('device.getState', { deviceId: fern })).toEqual([])
  })
})

describe('device-command', () => {
  test('reaches the devices that are meant, and no others', async () => {
    const { run, ok, fern, cactus, aloe, group } = await pots()
    const cases: [string, string[]][] = [
      [`deviceId: ${fern}`, [fern]],
      [`deviceIds: [ ${fern}, ${aloe}, nonsense ]`, [fern, aloe]],
      ['deviceTags: [ { key: floor, value: "2" } ]', [fern, cactus]],
      [`deviceIds: [ ${aloe} ]\ndeviceTags: [ { key: room } ]`, [aloe, fern]],
      ['query: { name: Cactus }', [cactus]],
      [`group: ${group}`, [aloe]],
      ['group: nonsense', []],
      ['deviceIds: << data.none >>', []],
      ['user: nobody@lom.example', []],
    ]
    for (const [index, [way, meant]] of cases.entries()) {
      const { error, output } = await run(`type: device-command\n${way}\ncommand: c${index}`, { none: [] })
      expect([way, error, output]).toEqual([way, undefined, 'then'])
      for (const deviceId of [fern, cactus, aloe]) {
        const sent = await ok<{ name: string }[]>('device.getCommand', { deviceId, limit: 100 })
        const isThere = sent.some(({ name }) => name === `c${index}`)
        expect([way, deviceId, isThere]).toEqual([way, deviceId, meant.includes(deviceId)])
      }
    }
  })

  test.each([
    'deviceIds: << data.missing >>',
    'deviceTags: [ { key: << data.missing >> } ]',
    'query: { id: << data.missing >> }',
  ])('fails for %j and reaches nobody', async (way) => {
    const { run, ok, fern } = await pots()
    const { error } = await run(`type: device-command\n${way}\ncommand: a`)
    expect(String(error)).toContain('missing')
    expect(await ok('device.getCommand', { deviceId: fern })).toEqual([])
  })
})
