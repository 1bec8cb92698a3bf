/** `flowpot routes`, and what all commands share: help, version, and errors of usage. */
import { readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { it, type Scene } from './it.ts'

async function cli(scene: Scene, ...args: readonly string[]) {
  const { stdout, stderr, ended } = scene.cli(args)
  return { code: await ended(), output: stdout.text(), errors: stderr.text() }
}

const pots = `name: Pots
on:
  - endpoint: GET /pots/{id?}
    access: { groups: [ admins, owners ] }
    description: One pot, or all.
  - endpoint: DELETE /pots/{id}
    access: device
    enabled: false
  - button: Clean up
nodes:
  - type: reply
    status: 200
`

describe.concurrent('flowpot routes', () => {
  it('lists the endpoints of the sample application', async ({ scene }) => {
    const { code, output, errors } = await cli(scene, 'routes')
    expect([code, errors]).toEqual([0, ''])
    const rows = output.trimEnd().split('\n')
    expect(rows.map((row) => row.replaceAll(/ {2,}/g, ' | '))).toEqual(
      expect.arrayContaining([
        'POST | /auth | public | Sign in | flows/sign-in.yaml:5',
        'POST | /devices | authenticated | Register device | flows/register-device.yaml:5',
        'POST | /users | public | Register user | flows/register-user.yaml:5',
      ]),
    )
    expect(new Set(rows.map((row) => row.indexOf('flows/'))).size).toBe(1)
  })

  it('shows groups and disabled endpoints, also as JSON', async ({ scene }) => {
    const files = { 'application.yaml': 'name: x\nseeds: { groups: [ { name: admins }, { name: owners } ] }\n' }
    const folder = await scene.folder({ ...files, 'pots.yaml': pots })
    const text = await cli(scene, 'routes', folder)
    expect(text.code).toBe(0)
    expect(text.output.replaceAll(folder, '').replaceAll(/ +/g, ' ')).toBe(
      'GET /pots/{id?} groups: admins, owners Pots /pots.yaml:3\nDELETE /pots/{id} disabled Pots /pots.yaml:6\n',
    )
    const json = await cli(scene, 'routes', folder, '--json')
    expect(json.code).toBe(0)
    expect(JSON.parse(json.output)).toEqual({
      routes: [
        {
          method: 'GET',
          route: '/pots/{id?}',
          access: { groups: ['admins', 'owners'] },
          enabled: true,
          flow: 'Pots',
          file: `${folder}/pots.yaml`,
          line: 3,
          description: 'One pot, or all.',
        },
        {
          method: 'DELETE',
          route: '/pots/{id}',
          access: 'device',
          enabled: false,
          flow: 'Pots',
          file: `${folder}/pots.yaml`,
          line: 6,
        },
      ],
    })
  })

  it('lists the problems of a broken folder, and exits 1', async ({ scene }) => {
    const folder = await scene.folder({ 'broken.yaml': 'name: [' })
    const text = await cli(scene, 'routes', folder)
    expect([text.code, text.output]).toEqual([1, ''])
    expect(text.errors).toMatch(/broken\.yaml:1:\d+ {2}error FLOW_YAML_SYNTAX/)
    const json = await cli(scene, 'routes', folder, '--json')
    expect([json.code, JSON.parse(json.output).problems.length > 0]).toEqual([1, true])
  })

  it('exits 2 for a folder that does not exist', async ({ scene }) => {
    const { code, output } = await cli(scene, 'routes', 'no-such-folder', '--json')
    expect(code).toBe(2)
    expect(JSON.parse(output)).toEqual({
      error: {
        code: 'APPLICATION_FOLDER_UNREADABLE',
        message: "The application's folder no-such-folder cannot be read: it does not exist.",
      },
    })
  })
})

describe.concurrent('flowpot', () => {
  it.for([
    ['--help', /Commands:\n {2}start .*\n {2}check .*\n {2}run .*\n {2}routes /s],
    ['start --help', /--watch.*--port <port> .*Environment:\n.*FLOWPOT_PORT .*DATABASE_URL /s],
    ['check --help', /Usage: flowpot check \[options\] \[folder\]\n.*--json/s],
    ['run --help', /Usage: flowpot run \[options\] <flow>\n.*--payload <file>.*--live.*Example:\n {2}flowpot run /s],
    ['routes --help', /Usage: flowpot routes \[options\] \[folder\]\n.*--json/s],
    ['help run', /Usage: flowpot run /],
  ] as const)('%s helps', async ([args, text], { scene }) => {
    const { code, output, errors } = await cli(scene, ...args.split(' '))
    expect([code, errors]).toEqual([0, ''])
    expect(output).toMatch(text)
  })

  it('prints its version', async ({ scene }) => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(await cli(scene, '--version')).toEqual({ code: 0, output: `${version}\n`, errors: '' })
  })

  it.for([
    [[], /Usage: flowpot \[options\] \[command\]/],
    [['chekc'], /unknown command 'chekc'\n\(Did you mean check\?\)/],
    [['--nope'], /unknown option '--nope'/],
  ] as const)('%j is a call that is wrong', async ([args, message], { scene }) => {
    const { code, output, errors } = await cli(scene, ...args)
    expect([code, output]).toEqual([2, ''])
    expect(errors).toMatch(message)
  })

  it('exits quietly when its reader closes the pipe early', async ({ scene }) => {
    const folder = await scene.folder({ 'broken.yaml': `${'nope: 1\n'.repeat(2000)}` })
    const { child, stderr, ended } = scene.cli(['check', folder])
    child.stdout.destroy()
    expect([await ended(), stderr.text()]).toEqual([1, ''])
  })
})
