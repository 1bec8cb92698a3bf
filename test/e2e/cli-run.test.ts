/** The command `flowpot run`. test/workbench/dry-run/run.test.ts covers each kind of flow and call. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

const device = '{"deviceName":"Fern","manufacturerId":"1"}'
const registers = ['run', 'flows/register-device.yaml', '--user', 'ada@lom.example', '--body', device]

async function cli(
  scene: Scene,
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
) {
  const { stdout, stderr, ended } = scene.cli(args, options.env, options.input)
  return { code: await ended(), output: stdout.text(), errors: stderr.text() }
}

describe.concurrent('flowpot run', () => {
  it('prints the visited nodes, the calls and the reply, and leaves nothing behind', async ({ scene }) => {
    const [data, temporary] = [join(await scene.folder(), 'data'), await scene.folder()]
    const { code, output, errors } = await cli(scene, registers, { env: { FLOWPOT_DATA: data, TMPDIR: temporary } })
    expect([code, errors]).toEqual([0, ''])
    const lines = output.split('\n')
    expect(lines[0]).toBe('Register device: POST /devices')
    const visit = /^ {2}(\S+) +(\S+) +→ (\S+) +[\d.]+ ms +flows\/register-device\.yaml:\d+$/
    expect(lines.flatMap((line) => visit.exec(line)?.slice(1).join(' ') ?? [])).toEqual([
      'nodes[0] conditional then',
      'check-manufacturer conditional then',
      'create-device api then',
      'create-key api then',
      'nodes[4] reply next',
    ])
    expect(output).toMatch(/ {6}devices\.post \{\n.*name: 'Fern',.* {6}answered \{/s)
    expect(output).toMatch(/\nreply 201\n {2}content-type: application\/json.*accessSecret: '[0-9a-f]{64}'/s)
    expect([existsSync(data), readdirSync(temporary)]).toEqual([false, []])
  })

  it('prints the same as JSON, with secrets only in the reply', async ({ scene }) => {
    const { code, output, errors } = await cli(scene, [...registers, '--json'])
    expect([code, errors]).toEqual([0, ''])
    const result = JSON.parse(output)
    expect(result).toMatchObject({ ok: true, error: null, missing: [], reply: { status: 201, headers: {} } })
    expect(result.visits).toEqual(
      [
        [null, 'conditional', 'then'],
        ['check-manufacturer', 'conditional', 'then'],
        ['create-device', 'api', 'then'],
        ['create-key', 'api', 'then'],
        [null, 'reply', 'next'],
      ].map(([id, type, output]) => expect.objectContaining({ id, type, output, ms: expect.any(Number) })),
    )
    // The command created the user for this run, not the flow, so that call is not listed.
    expect(result.calls.map(({ visit, call }: Record<string, unknown>) => [visit, call])).toEqual([
      [2, 'devices.post'],
      [3, 'applicationKeys.post'],
    ])
    const { accessSecret } = result.reply.body
    expect(accessSecret).toMatch(/^[0-9a-f]{64}$/)
    expect(output.split(accessSecret)).toHaveLength(2)
    expect(result.payload.data.headers.authorization).toBe('[redacted]')
    expect(output).not.toMatch(/eyJ[\w-]+\.[\w-]+\./)
  })

  it('lists the paths that were missing, and shows no password', async ({ scene }) => {
    const body = '{"email":"bob@lom.example","password":"correct horse battery"}'
    const { code, output } = await cli(scene, ['run', 'flows/register-user.yaml', '--body', body])
    expect(code).toBe(0)
    expect(output).toMatch(/^missing: data\.body\.firstName, data\.body\.lastName$/m)
    expect(output).not.toContain('correct horse')
  })

  it('reads a payload from standard input', async ({ scene }) => {
    const input = JSON.stringify({ data: { body: JSON.parse(device) }, experience: { user: { id: '5'.repeat(24) } } })
    const args = ['run', 'flows/register-device.yaml', '--payload', '-', '--json']
    const { code, output } = await cli(scene, args, { input })
    expect(code).toBe(0)
    const tag = { key: 'owner', value: '5'.repeat(24) }
    expect(JSON.parse(output).calls[0].params.device.tags).toContainEqual(tag)
  })

  it.for([
    [[], /missing required argument 'flow'/],
    [['flows/sign-in.yaml', '--bodi', '{}'], /unknown option '--bodi'/],
    [['flows/sign-in.yaml', '--body'], /option '--body <json>' argument missing/],
    [['nope/x.yaml'], /error CLI_CALL_WRONG: nope\/x\.yaml does not exist\./],
    [
      ['flows/sign-in.yaml', '--body', '{'],
      /^error CLI_CALL_WRONG: --body cannot be taken: The text is not valid JSON/,
    ],
  ] as const)('called with %j says what is wrong with it and ends with 2', async ([args, message], { scene }) => {
    const { code, output, errors } = await cli(scene, ['run', ...args])
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
    expect(errors).not.toMatch(/^ +at /m)
  })

  it('uses the real store with --live, and refuses to while a process serves it', async ({ scene }) => {
    const data = await scene.folder()
    const live = [...registers, '--live', '--data', data, '--json']
    const first = await cli(scene, live)
    expect([first.code, first.errors]).toEqual([0, ''])
    const { deviceId } = JSON.parse(first.output).reply.body

    const { platform, applicationId, adminToken = '', child } = await scene.start({ data })
    const url = `${platform}/applications/${applicationId}/devices`
    const devices = await request(url, { token: adminToken })
    expect(devices.body).toMatchObject({ totalCount: 1, items: [{ deviceId, name: 'Fern' }] })

    const second = await cli(scene, live)
    expect(second.code).toBe(1)
    expect(JSON.parse(second.output).error.code).toBe('DATA_FOLDER_IN_USE')
    expect(second.errors).toContain(`in use by process ${child.pid}.`)
  })
})
