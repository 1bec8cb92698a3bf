/** `flowpot openapi` and `/openapi.json` describe what an application answers, and report changes that break its clients. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { default as addFormats } from 'ajv-formats'
import { describe, expect } from 'vitest'
import { request, runCli } from './flowpot-process.ts'
import { it } from './it.ts'

const pots = (access = 'public', body = '{ name: Fern, wet: true }') => `name: Pots
on:
  endpoint: GET /pots/{id}
  access: ${access}
nodes:
  - type: reply
    body: ${body}
`

describe.concurrent('flowpot openapi', () => {
  it('describes the endpoints of the sample application', async () => {
    const { code, output, errors } = await runCli(['openapi'])
    expect([code, errors]).toEqual([0, ''])
    const document = JSON.parse(output)
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'lom' } })
    expect(Object.keys(document.paths)).toContain('/devices/{id}/data')
    expect(document.paths['/devices'].post.requestBody.content['application/json'].schema.required).toEqual([
      'deviceName',
      'manufacturerId',
    ])
    const json = await runCli(['openapi', '--json'])
    expect(json.output.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(json.output)).toEqual(document)
  })

  it('writes the document to a file, and reports a breaking change against it', async ({ scene }) => {
    const folder = await scene.folder({ 'pots.yaml': pots() })
    const file = join(folder, 'openapi.json')
    expect(await runCli(['openapi', folder, '--out', file])).toMatchObject({ code: 0, output: `Wrote ${file}.\n` })
    const old = await readFile(file, 'utf8')
    expect(old).toBe((await runCli(['openapi', folder])).output)

    await writeFile(join(folder, 'more.yaml'), pots().replaceAll('Pots', 'More').replace('/pots/', '/more/'))
    const same = await runCli(['openapi', folder, '--against', file])
    expect(same).toEqual({ code: 0, output: 'Nothing breaks a client.\n', errors: '' })

    await writeFile(join(folder, 'pots.yaml'), pots('authenticated', '{ name: Fern }'))
    const broken = await runCli(['openapi', folder, '--against', '-', '--out', file], { input: old })
    expect(broken).toEqual({
      code: 1,
      output: 'GET /pots/{id}: security a token is needed now\nGET /pots/{id}: reply 200.wet is gone\n',
      errors: '',
    })
    // A document with a breaking change does not overwrite the one that clients know.
    expect(await readFile(file, 'utf8')).toBe(old)
    const json = await runCli(['openapi', folder, '--against', file, '--json'])
    expect([json.code, JSON.parse(json.output)]).toEqual([
      1,
      {
        breaks: [
          { operation: 'GET /pots/{id}', place: 'security', message: 'a token is needed now' },
          { operation: 'GET /pots/{id}', place: 'reply 200.wet', message: 'is gone' },
        ],
      },
    ])
  })

  it.for([
    ['', /is no OpenAPI document to compare with: it is not JSON/],
    ['[]', /it is no object/],
    ['{}', /it does not say which OpenAPI it is, and 3\.x is asked/],
    ['{"swagger":"2.0","paths":{}}', /it is of OpenAPI 2\.0, and 3\.x is asked/],
    ['{"openapi":"3.1.0","paths":[]}', /its paths are no object/],
  ] as const)('held against %j ends with 2', async ([input, message]) => {
    const { code, output, errors } = await runCli(['openapi', '--against', '-'], { input })
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
  })

  it('exits 2 if the document to compare with is nested too deep', async () => {
    const schema = `${'{"items":'.repeat(50_000)}{}${'}'.repeat(50_000)}`
    const reply = `{"content":{"application/json":{"schema":${schema}}}}`
    const input = `{"openapi":"3.1.0","paths":{"/devices":{"get":{"responses":{"200":${reply}}}}}}`
    const { code, output, errors } = await runCli(['openapi', '--against', '-'], { input })
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(/^error CLI_CALL_WRONG: The document to compare with is nested too deeply\.\n$/)
  })

  it.for([
    [['none'], 2, /cannot be read: it does not exist/],
    [['--against', 'none.json'], 2, /none\.json cannot be read/],
    [['--out', 'none/openapi.json'], 2, /cannot be written/],
    [['--aganst', 'x'], 2, /unknown option '--aganst'\n\(Did you mean --against\?\)/],
  ] as const)('called with %j says what is wrong', async ([args, expected, message]) => {
    const { code, output, errors } = await runCli(['openapi', ...args])
    expect([code, output]).toEqual([expected, ''])
    expect(errors).toMatch(message)
  })

  it('lists the problems of a broken application and exits 1', async ({ scene }) => {
    const folder = await scene.folder({ 'broken.yaml': 'name: [' })
    const { code, output, errors } = await runCli(['openapi', folder])
    expect([code, output]).toEqual([1, ''])
    expect(errors).toMatch(/FLOW_YAML_SYNTAX/)
  })

  it('serves the document to whoever may read the application, and follows a reload', async ({ scene }) => {
    const folder = await scene.folder({ 'pots.yaml': pots() })
    const { platform, experience, adminToken = '', stderr } = await scene.start({ folder, args: ['--watch'] })
    const url = `${platform}/openapi.json`
    expect((await request(url)).status).toBe(401)
    expect((await request(url, { token: 'nonsense' })).status).toBe(401)
    const { status, body } = await request(url, { token: adminToken })
    const printed = JSON.parse((await runCli(['openapi', folder])).output)
    expect([status, body]).toEqual([200, { ...printed, servers: [{ url: experience }] }])

    await writeFile(join(folder, 'pots.yaml'), pots().replace('/pots/', '/plants/'))
    await stderr.until(/^Reloaded\.\n/m)
    const after = await request(url, { token: adminToken })
    expect(after.body).toMatchObject({ paths: { '/plants/{id}': {} } })
    expect(after.body).not.toHaveProperty(['paths', '/pots/{id}'])
  })
})

describe('what the document says about replies of the sample application', () => {
  it('is true of the replies that it sends', async ({ scene }) => {
    const { experience, platform, adminToken = '' } = await scene.start()
    const document = (await request(`${platform}/openapi.json`, { token: adminToken })).body
    const ajv = new Ajv2020({ strict: false })
    addFormats.default(ajv)
    ajv.addSchema({ $id: 'openapi', ...(document as object) })
    const seen: string[] = []
    const call = async (method: string, path: string, template: string, options: object = {}) => {
      const { status, headers, body } = await request(experience + path, { method, ...options })
      const responses = `#/paths/${template.replaceAll('/', '~1')}/${method.toLowerCase()}/responses`
      const at = [String(status), 'default'].map((key) => `openapi${responses}/${key}`)
      const found = at.map((ref) => ajv.getSchema(ref) && ref).find((ref) => ref !== undefined)
      expect(found, `${method} ${path} answered ${status}`).toBeDefined()
      const type = headers.get('content-type')?.split(';')[0] ?? ''
      const validate = ajv.compile({ $ref: `${found}/content/${type.replaceAll('/', '~1')}/schema` })
      expect([body, validate(body), validate.errors]).toEqual([body, true, null])
      seen.push(`${method} ${template} ${status}`)
      return body as Readonly<Record<string, unknown>>
    }
    const ada = { email: 'ada@lom.example', password: 'correct horse battery' }
    await call('POST', '/users', '/users', { body: ada })
    await call('POST', '/users', '/users', { body: ada })
    await call('POST', '/users', '/users', { body: { email: 'x' } })
    await call('POST', '/users', '/users', { body: { email: 'x', password: 'short' } })
    await call('POST', '/auth', '/auth', { body: { ...ada, password: 'wrong' } })
    const { token } = await call('POST', '/auth', '/auth', { body: ada })
    await call('POST', '/devices', '/devices', { token, body: {} })
    const pot = { deviceName: 'Fern', manufacturerId: '1' }
    const { deviceId } = await call('POST', '/devices', '/devices', { token, body: pot })
    await call('GET', '/devices', '/devices', { token })
    await call('GET', `/devices/${deviceId}/data`, '/devices/{id}/data', { token })
    await call('GET', '/devices/none/data', '/devices/{id}/data', { token })
    await call('POST', `/devices/${deviceId}/commands`, '/devices/{id}/commands', { token, body: { name: 'water' } })
    expect(new Set(seen).size).toBe(11)
  })
})
