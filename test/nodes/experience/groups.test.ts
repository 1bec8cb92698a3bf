import { describe, expect, test } from 'vitest'
import type { ActionCatalog } from '../../../contracts/actions.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { problemsOf, runNode } from '../run-node.ts'
import { nodesOnPlatform } from '../run-on-platform.ts'

const actions: ActionCatalog = describeActions()

describe('a node about groups or users that does not load', () => {
  test.each([
    ['type: get-group\nresult: data.r', 'FLOW_MISSING_FIELD', 'Give one of group, groupName, tags, query'],
    ['type: get-group\ngroup: a\ngroupName: b\nresult: data.r', 'FLOW_UNKNOWN_FIELD', 'combined with group'],
    ['type: get-group\ngroupName: a\nseveral: true\nresult: data.r', 'FLOW_UNKNOWN_FIELD', 'needs `tags`'],
    ['type: get-group\ntags: {}\nresult: data.r', 'FLOW_WRONG_TYPE', 'tags'],
    ['type: create-group\ngroup: { description: a }\nelse: end', 'FLOW_MISSING_FIELD', 'name'],
    ['type: update-group\ngroupId: a\nelse: end', 'FLOW_MISSING_FIELD', 'what to change'],
    ['type: update-group\ngroupId: a\ngroup: { nmae: b }\nelse: end', 'FLOW_UNKNOWN_FIELD', 'nmae'],
    [
      'type: update-group\ngroupId: a\nmembersToAdd: [ b ]\nmembersReplacement: [ c ]\nelse: end',
      'FLOW_UNKNOWN_FIELD',
      'combined with membersReplacement',
    ],
    ['type: verify-group\nuser: a\nthen: end', 'FLOW_MISSING_FIELD', 'group'],
    ['type: verify-device\ndeviceId: a\nthen: end', 'FLOW_MISSING_FIELD', 'Give one of user, group'],
    ['type: verify-device\ndeviceId: a\nuser: b\ngroup: c\nthen: end', 'FLOW_UNKNOWN_FIELD', 'combined with user'],
    ['type: get-user\nresult: data.r', 'FLOW_MISSING_FIELD', 'Give one of user'],
    ['type: get-user\nuser: a\nseveral: true\nresult: data.r', 'FLOW_UNKNOWN_FIELD', 'one user'],
    ['type: update-user\nuser: a\nkeepTokens: true\nelse: end', 'FLOW_UNKNOWN_FIELD', 'needs `password`'],
    [
      'type: update-user\nuser: a\npassword: b\nkeepTokens: true\ninvalidateExistingTokens: true\nelse: end',
      'FLOW_UNKNOWN_FIELD',
      'contradicts keepTokens',
    ],
    ['type: get-user\ngroup: a\nlimit: 5\nresult: data.r', 'FLOW_UNKNOWN_FIELD', 'several: true'],
    ['type: update-user\nemail: a\nelse: end', 'FLOW_MISSING_FIELD', 'user'],
    ['type: delete-user\nelse: end', 'FLOW_MISSING_FIELD', 'user'],
  ])('%j is %s', (yaml, code, text) => {
    const found = problemsOf(yaml, actions)
    expect(found.map((problem) => problem.code)).toContain(code)
    expect(JSON.stringify(found)).toContain(JSON.stringify(text).slice(1, -1))
  })
})

/** A house with a kitchen in it. Ada is in the house, Bob in the kitchen, Eve in neither; a pot stands in each room. */
async function house() {
  const on = await nodesOnPlatform()
  const user = async (name: string, userTags = {}) => {
    const experienceUser = { email: `${name}@lom.example`, password: 'correct horse battery', userTags }
    return (await on.ok<{ id: string }>('experienceUsers.post', { experienceUser })).id
  }
  const pot = async (name: string) => (await on.ok<{ id: string }>('devices.post', { device: { name } })).id
  const group = async (experienceGroup: object) =>
    (await on.ok<{ id: string }>('experienceGroups.post', { experienceGroup })).id
  const [ada, bob, eve] = [await user('ada', { plan: 'pro' }), await user('bob', { plan: 'pro' }), await user('eve')]
  const [aloe, fern, cactus] = [await pot('Aloe'), await pot('Fern'), await pot('Cactus')]
  const houseId = await group({ name: 'House', experienceUserIds: [ada], deviceIds: [aloe] })
  const kitchen = await group({
    name: 'Kitchen *',
    parentId: houseId,
    experienceUserIds: [bob],
    deviceIds: [fern],
    groupTags: { room: 'kitchen' },
  })
  return { ...on, ada, bob, eve, aloe, fern, cactus, house: houseId, kitchen }
}

describe('verify-group', () => {
  test('knows members of the group and of those above it', async () => {
    const { run, ada, bob, eve, house: above, kitchen } = await house()
    const verify = async (user: string, group: string) =>
      (await run('type: verify-group\nuser: << data.user >>\ngroup: << data.group >>\nthen: end', { user, group }))
        .output
    expect(await verify(ada, above)).toBe('then')
    expect(await verify(ada, kitchen)).toBe('then')
    expect(await verify('BOB@lom.example', kitchen)).toBe('then')
    expect(await verify(bob, above)).toBe('else')
    expect(await verify(eve, kitchen)).toBe('else')
  })

  test.each([
    ['nobody@lom.example', 'kitchen'],
    ['ada@lom.example', 'not-a-real-value'],
    ['ada@lom.example', '000000000000000000000000'],
    [{ $ne: '' }, 'kitchen'],
    ['ada@lom.example', { $ne: '' }],
    [null, null],
  ])('takes else for %j and %j', async (user, named) => {
    const { run, kitchen } = await house()
    const group = named === 'kitchen' ? kitchen : named
    const { output } = await run('type: verify-group\nuser: << data.user >>\ngroup: << data.group >>\nthen: end', {
      user,
      group,
    })
    expect(output).toBe('else')
  })

  test('fails where the platform fails, and never lets anybody in', async () => {
    const busy = { error: { type: 'Error', statusCode: 503, message: 'The database is busy' } }
    const answers = {
      'experienceUser.get': { result: { id: 'a'.repeat(24), experienceGroups: [{ id: 'b'.repeat(24) }] } },
      'experienceGroup.get': busy,
    }
    const yaml = `type: verify-group\nuser: a\ngroup: ${'c'.repeat(24)}\nthen: end`
    for (const given of [answers, { ...answers, 'experienceUser.get': busy }]) {
      const { error } = await runNode({ yaml, payload: {}, answers: given })
      expect(String(error)).toContain('The database is busy')
    }
  })
})

describe('verify-device', () => {
  const yaml = (owner: string) => `type: verify-device\ndeviceId: << data.device >>\n${owner}\nthen: end`

  test("knows the devices of a user's groups, and of those below them", async () => {
    const { run, ada, bob, eve, aloe, fern, cactus } = await house()
    const verify = async (user: string, device: string) =>
      (await run(yaml('user: << data.user >>'), { user, device })).output
    expect(await verify(ada, aloe)).toBe('then')
    expect(await verify(ada, fern)).toBe('then')
    expect(await verify('bob@lom.example', fern)).toBe('then')
    expect(await verify(bob, aloe)).toBe('else')
    expect(await verify(eve, fern)).toBe('else')
    expect(await verify(ada, cactus)).toBe('else')
  })

  test('knows the devices of a group', async () => {
    const { run, aloe, fern, house: above, kitchen } = await house()
    const verify = async (group: string, device: string) =>
      (await run(yaml('group: << data.group >>'), { group, device })).output
    expect(await verify(above, fern)).toBe('then')
    expect(await verify(kitchen, fern)).toBe('then')
    expect(await verify(kitchen, aloe)).toBe('else')
  })

  test.each(['not-a-real-value', '000000000000000000000000', '', { $ne: '' }, ['a'], null, 5])(
    'takes else for what is no device, user or group: %j',
    async (odd) => {
      const { run, aloe, ada } = await house()
      const output = async (owner: string, data: object) => (await run(yaml(owner), data)).output
      expect(await output('user: << data.owner >>', { device: odd, owner: ada })).toBe('else')
      expect(await output('user: << data.owner >>', { device: aloe, owner: odd })).toBe('else')
      expect(await output('group: << data.owner >>', { device: aloe, owner: odd })).toBe('else')
    },
  )

  test('takes else for a user whom the payload does not name', async () => {
    const { run, aloe } = await house()
    expect((await run(yaml('user: << experience.user.id >>'), { device: aloe })).output).toBe('else')
  })
})

describe('get-group', () => {
  test('finds by ID, by name and by tags', async () => {
    const { result, kitchen } = await house()
    const find = (way: string) => result(`type: get-group\n${way}`)
    const found = { id: kitchen, name: 'Kitchen *' }
    expect(await find(`group: ${kitchen}`)).toMatchObject(found)
    expect(await find('groupName: Kitchen *')).toMatchObject(found)
    expect(await find('tags: { room: kitchen }')).toMatchObject(found)
    expect(await find('tags: { room: kitchen }\nseveral: true')).toMatchObject([found])
  })

  test.each([
    'group: not-a-real-value',
    'group: "000000000000000000000000"',
    'groupName: "*"',
    'groupName: "Kitchen ?"',
    'groupName: kitchen *',
    'groupName: ""',
    `groupName: ${'x'.repeat(2000)}`,
    'tags: { room: cellar }',
    'tags: { room: kitchen, floor: "1" }',
    'tags: { toString: a }',
  ])('finds none by %s', async (way) => {
    const { result } = await house()
    expect(await result(`type: get-group\n${way}`)).toBeNull()
  })

  test.each(['group: << data.no >>', 'groupName: << data.no >>', 'tags: { room: << data.no >> }'])(
    'fails for %s',
    async (way) => {
      const { run } = await house()
      expect(String((await run(`type: get-group\n${way}\nresult: data.r`)).error)).toContain('is missing')
    },
  )
})

describe('create-group and update-group', () => {
  test('make a group and change who is in it', async () => {
    const { result, ada, bob } = await house()
    const made = (await result('type: create-group\ngroup: { name: << data.name >> }', { name: 'Cellar' })) as {
      id: string
    }
    const { id } = made
    const update = (fields: string, data = {}) => result(`type: update-group\ngroupId: ${id}\n${fields}`, data)
    expect(await update('membersToAdd: [ ada@lom.example, << data.bob >>, << data.bob >> ]', { bob })).toMatchObject({
      name: 'Cellar',
      experienceUserIds: [ada, bob],
    })
    const fields =
      'group: { name: Attic }\nmembersToAdd: [ << data.bob >> ]\nmembersToRemove: [ ada@lom.example, nobody@lom.example ]'
    expect(await update(fields, { bob })).toMatchObject({ name: 'Attic', experienceUserIds: [bob] })
    expect(await update('membersReplacement: [ << data.ada >> ]', { ada })).toMatchObject({ experienceUserIds: [ada] })
    expect(await update('membersReplacement: << data.none >>', { none: [] })).toMatchObject({ experienceUserIds: [] })
  })

  test.each([
    ['group: { name: a }', '000000000000000000000000', 404],
    ['membersToAdd: [ ada@lom.example ]', '000000000000000000000000', 404],
    ['membersToAdd: [ ada@lom.example ]', 'not-a-real-value', 400],
    ['membersToAdd: [ nobody@lom.example ]', 'kitchen', 400],
    ['membersReplacement: [ nobody@lom.example ]', 'kitchen', 400],
    ['group: << data.text >>', 'kitchen', 400],
    ['group: << data.list >>\nmembersToAdd: [ ada@lom.example ]', 'kitchen', 400],
  ])('are refused for %j of %s, and nothing changes', async (fields, named, status) => {
    const { run, ok, kitchen } = await house()
    const before = await ok('experienceGroup.get', { experienceGroupId: kitchen })
    const id = named === 'kitchen' ? kitchen : named
    const data = { id, text: 'a', list: [] }
    const { output, payload } = await run(
      `type: update-group\ngroupId: << data.id >>\n${fields}\nresult: data.r\nelse: end`,
      data,
    )
    expect([output, payload.data]).toEqual([
      'else',
      expect.objectContaining({ r: { error: expect.objectContaining({ statusCode: status }) } }),
    ])
    expect(await ok('experienceGroup.get', { experienceGroupId: kitchen })).toEqual(before)
  })
})

describe('users', () => {
  test('are found by tags and group', async () => {
    const { result, ada, bob, house: above } = await house()
    const ids = async (way: string) =>
      ((await result(`type: get-user\n${way}\nseveral: true`)) as { id: string }[]).map(({ id }) => id)
    expect(await ids('tags: { plan: pro }')).toEqual([ada, bob])
    expect(await ids('tags: { plan: pro }\nlimit: 1')).toEqual([ada])
    expect(await ids(`tags: { plan: pro }\ngroup: ${above}`)).toEqual([ada])
    expect(await ids(`group: ${above}`)).toEqual([ada])
    expect(await ids('group: any')).toEqual([])
    expect(await ids('tags: { plan: free }')).toEqual([])
    expect(await result('type: get-user\ntags: { plan: pro }')).toMatchObject({ id: ada })
    expect(await result('type: get-user\ntags: { plan: free }')).toBeNull()
  })

  test('are found by a query, none where a part of it is missing', async () => {
    const { result, run, ada } = await house()
    const query = 'query: { email: { $startsWith: << data.start >> } }'
    expect(await result(`type: get-user\n${query}`, { start: 'ada@' })).toMatchObject({ id: ada })
    expect(await result(`type: get-user\n${query}\nseveral: true`, { start: 'nobody' })).toEqual([])
    expect((await run(`type: get-user\n${query}\nresult: data.r`, {})).error).toMatchObject({
      message: expect.stringContaining('missing'),
    })
    expect((await run('type: get-user\nquery: { shoeSize: 43 }\nresult: data.r', {})).error).toMatchObject({
      message: expect.stringContaining('shoeSize'),
    })
  })

  test('keep what a change does not name', async () => {
    const { result, ada, clock } = await house()
    const update = (fields: string, data = {}) => result(`type: update-user\nuser: ${ada}\n${fields}`, data)
    expect(await update('firstName: << data.first >>\nlastName: << data.last >>', { first: 'Ada' })).toMatchObject({
      firstName: 'Ada',
      lastName: '',
      userTags: { plan: 'pro' },
      experienceGroups: [{ name: 'House' }],
    })
    expect(await update('invalidateExistingTokens: true')).toMatchObject({
      tokenCutoff: new Date(clock.now()).toISOString(),
    })
  })

  test('whose tokens are invalidated are no longer who they were', async () => {
    const { run, ada, platform, clock } = await house()
    const token = await platform.users.signToken({ user: ada })
    clock.ms += 1
    await run(`type: update-user\nuser: ${ada}\npassword: another horse battery\ninvalidateExistingTokens: true`)
    expect(await platform.users.verifyToken(token ?? '')).toBeNull()
  })

  test('are deleted, by ID or address', async () => {
    const { result, run, ok, ada } = await house()
    expect(await result(`type: delete-user\nuser: ${ada}`)).toBe(true)
    expect(await result('type: delete-user\nuser: bob@lom.example')).toBe(true)
    expect((await run(`type: delete-user\nuser: ${ada}\nelse: end`)).output).toBe('else')
    expect(await ok('experienceUsers.get')).toMatchObject({ items: [{ email: 'eve@lom.example' }] })
  })
})
