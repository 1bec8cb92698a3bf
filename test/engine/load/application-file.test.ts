import { describe, expect, it } from 'vitest'
import { loadApplication } from '../../../engine/load/load-application.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'

function load(seeds: string) {
  const text = `name: lom\nseeds:\n${seeds}`
  return loadApplication([{ file: 'application.yaml', text }], {
    nodeTypes: [],
    triggerTypes: [],
    actions: describeActions(),
  })
}

const id = 'a'.repeat(24)

describe('secretNames', () => {
  const loadNames = (names: string) =>
    loadApplication([{ file: 'application.yaml', text: `name: lom\nsecretNames: ${names}\n` }], {
      nodeTypes: [],
      triggerTypes: [],
      actions: describeActions(),
    })

  it('are those of the application', () => {
    const { application, problems } = loadNames('[ plateNumber, "Número de placa" ]')
    expect(problems).toEqual([])
    expect(application?.secretNames.isSecretName('plate-number')).toBe(true)
    expect(application?.secretNames.isSecretName('número_de_placa')).toBe(true)
  })

  it.each([
    ['plateNumber', 'secretNames must be a list'],
    ['[ 3 ]', 'secretNames[0] must be'],
    ['[ "" ]', 'secretNames[0]'],
    ['[ "-_" ]', 'secretNames[0]'],
    [`[ ${'a, '.repeat(101)} ]`, 'secretNames'],
  ])('are refused where they are none: %s', (names, message) => {
    const { application, problems } = loadNames(names)
    expect(application).toBeUndefined()
    expect(problems).toEqual([
      expect.objectContaining({ code: 'APPLICATION_INVALID', line: 2, message: expect.stringContaining(message) }),
    ])
  })
})

describe('seeds', () => {
  it('may have the ID of a seed of another kind', () => {
    const { application, problems } = load(
      `  groups: [ { name: a, id: ${id} } ]\n  users: [ { email: a@lom.example, id: ${id} } ]\n  devices: [ { name: a, id: ${id} }, { name: b } ]\n`,
    )
    expect(problems).toEqual([])
    expect(application?.settings.seeds.devices).toEqual([{ name: 'a', id }, { name: 'b' }])
  })

  it.each([
    ['devices: [ { name: x, id: zz } ]', 'zz', 'seeds.devices[0].id must be', 'An ID is 24 hexadecimal digits'],
    ['devices: [ { name: x, id: 3 } ]', '3 }', 'seeds.devices[0].id must be', 'An ID is 24 hexadecimal digits'],
    [`users: [ { email: a@lom.example, id: ${'G'.repeat(24)} } ]`, 'GGG', 'seeds.users[0].id must be', 'An ID is'],
    ['devices: [ { name: x }, { name: y, tags: 3 } ]', '3 }', 'seeds.devices[1].tags must be a list', ''],
    ['devices: [ { nmae: x, name: y } ]', 'nmae', 'no field nmae in seeds.devices[0]', 'Did you mean "name"?'],
    ['devices: [ { description: y } ]', '{ desc', 'seeds.devices[0].name is missing', ''],
    ['devices: [ 3 ]', '3 ]', 'seeds.devices[0] must be an object', ''],
  ])('that the platform would refuse are refused at their place: %s', (line, place, message, hint) => {
    const { application, problems } = load(`  ${line}\n`)
    expect(application).toBeUndefined()
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'APPLICATION_INVALID',
        line: 3,
        column: line.indexOf(place) + 3,
        message: expect.stringContaining(message),
      }),
    ])
    expect(problems[0]?.hint ?? '').toContain(hint)
  })

  it.each([
    ['groups', 'name', 'Shed', '{ name: Shed }', '{ name: Shed }'],
    ['groups', 'id', id, `{ name: a, id: ${id} }`, `{ name: b, id: ${id} }`],
    ['users', 'email', 'a@LOM.example', '{ email: A@lom.example }', '{ email: a@LOM.example }'],
    ['users', 'id', id, `{ email: a@lom.example, id: ${id} }`, `{ email: b@lom.example, id: ${id} }`],
    ['devices', 'name', 'Shed', '{ name: Shed }', '{ name: Shed, description: b }'],
    ['devices', 'id', id, `{ name: a, id: ${id} }`, `{ name: b, id: ${id} }`],
  ])('of one kind are refused where two of the %s have one %s', (kind, field, value, one, other) => {
    const { application, problems } = load(`  ${kind}:\n    - ${one}\n    - ${other}\n`)
    expect(application).toBeUndefined()
    expect(problems).toEqual([
      expect.objectContaining({
        code: 'APPLICATION_INVALID',
        line: 5,
        column: other.indexOf(value) + 7,
        message: `seeds.${kind}[1].${field} is "${value}", as seeds.${kind}[0].${field} is.`,
        hint: expect.stringContaining('Change one of the two'),
        related: [expect.objectContaining({ line: 4 })],
      }),
    ])
  })

  it('are refused where a device has two attributes of one name', () => {
    const attribute = '{ name: a, dataType: number }'
    const { problems } = load(`  devices: [ { name: x, attributes: [ ${attribute}, ${attribute} ] } ]\n`)
    expect(problems.map(({ message }) => message)).toEqual([
      'seeds.devices[0].attributes[1].name is "a", as seeds.devices[0].attributes[0].name is.',
    ])
  })
})

describe('connections', () => {
  const loadConnections = (connections: string) =>
    loadApplication([{ file: 'application.yaml', text: `name: lom\nconnections: ${connections}\n` }], {
      nodeTypes: [],
      triggerTypes: [],
      actions: {},
    })

  it('name the environment variables of their URLs', () => {
    const { application, problems } = loadConnections('{ readings: { env: READINGS_URL } }')
    expect(problems).toEqual([])
    expect(application?.settings.connections).toEqual({ readings: { env: 'READINGS_URL' } })
  })

  it.each([
    '{ readings: { env: "postgres://u:hunter2@db/x" } }',
    '{ readings: postgres://u@db/x }',
    '{ readings: {} }',
    '[ readings ]',
  ])('that are not that are refused: %s', (connections) => {
    const { application, problems } = loadConnections(connections)
    expect(application).toBeUndefined()
    expect(problems).toEqual([expect.objectContaining({ line: 2 })])
  })
})

describe('hosts that flows may request', () => {
  const loadHosts = (allow: string) =>
    loadApplication([{ file: 'application.yaml', text: `name: lom\nhttp:\n  allow: [ ${allow} ]\n` }], {
      nodeTypes: [],
      triggerTypes: [],
      actions: {},
    })

  it.each(['localhost', 'internal.example', '"127.0.0.1:9000"', '"[::1]:9000"', '"[::1]"', 'lōm.example'])(
    'are named with or without a port: %s',
    (host) => {
      const { application, problems } = loadHosts(host)
      expect(problems).toEqual([])
      expect(application?.settings.http.allow).toEqual([host.replaceAll('"', '')])
    },
  )

  it.each(['"http://a.example"', 'a.example/x', '"a:b"', '"::1"', '"*.example"', '"ada@a.example"', '""', '9000'])(
    'are neither URLs nor patterns: %s',
    (host) => {
      const { application, problems } = loadHosts(`a.example, ${host}`)
      expect(application).toBeUndefined()
      expect(problems).toMatchObject([
        { code: 'APPLICATION_INVALID', line: 3, column: 23, hint: expect.stringContaining('127.0.0.1:9000') },
      ])
    },
  )

  it('are none where nothing is said', () => {
    const { application } = loadApplication([], { nodeTypes: [], triggerTypes: [], actions: {} })
    expect(application?.settings.http.allow).toEqual([])
  })
})
