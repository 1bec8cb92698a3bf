/** With `start --watch` and on SIGHUP, the server follows its files, and loses no request meanwhile. */
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { beginRequest } from './begin-request.ts'
import { request } from './flowpot-process.ts'
import { it, type Scene } from './it.ts'

function flow(version: number, endpoint = 'POST /hello'): string {
  return `name: ${endpoint}
on:
  endpoint: ${endpoint}
nodes:
  - type: reply
    status: 200
    body: { version: ${version} }
`
}

const reloaded = /^Reloaded\.\n/m
const notReloaded = /^Not reloaded: what served goes on serving\.\n/m

async function startWatching(scene: Scene, args: readonly string[] = ['--watch']) {
  const folder = await scene.folder({ 'application.yaml': 'name: hello\n', 'hello.yaml': flow(1) })
  const flowpot = await scene.start({ folder, args })
  return {
    ...flowpot,
    folder,
    file: (name: string) => join(folder, name),
    post: (path = '/hello') => request(flowpot.experience + path, { method: 'POST', body: {} }),
  }
}

/** As most editors save. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

describe.concurrent('start --watch', () => {
  it('serves a changed file once it is saved, a new file, and no longer a deleted one', async ({ scene }) => {
    const { file, post, stderr, stop } = await startWatching(scene)
    expect(await post()).toMatchObject({ status: 200, body: { version: 1 } })
    await writeFile(file('hello.yaml'), flow(2))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 2 } })
    await replace(file('hello.yaml'), flow(3))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 3 } })

    expect(await post('/bye')).toMatchObject({ status: 404 })
    await replace(file('bye.yaml'), flow(1, 'POST /bye'))
    await stderr.until(reloaded)
    expect(await post('/bye')).toMatchObject({ status: 200, body: { version: 1 } })
    await rm(file('bye.yaml'))
    await stderr.until(reloaded)
    expect(await post('/bye')).toMatchObject({ status: 404 })
    expect(await stop('SIGINT')).toBe(0)
  })

  it('reloads flows when a custom node that they use changes, and keeps them while it is broken', async ({ scene }) => {
    const { file, post, stderr, errors, stop } = await startWatching(scene)
    const node = (value: string) =>
      `name: Version\non: { custom-node: version }\nnodes:\n  - { type: return, value: ${value} }\n`
    const user = `name: User
on: { endpoint: POST /hello }
nodes:
  - { type: custom-node, node: version, result: working.version }
  - { type: reply, body: << working.version >> }
`
    await writeFile(file('hello.yaml'), user)
    await stderr.until(notReloaded)
    await replace(file('version.yaml'), node('2'))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: 2 })
    await replace(file('version.yaml'), node('3'))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: 3 })
    await replace(file('version.yaml'), node('4, output: nowhere'))
    await stderr.until(notReloaded)
    expect(errors()).toMatch(/version\.yaml:4:\d+ +error FLOW_UNKNOWN_OUTPUT/)
    expect(await post()).toMatchObject({ status: 200, body: 3 })
    expect(await stop('SIGINT')).toBe(0)
  })

  it('reports a broken file with its place, keeps serving the old flows, and loads the file once it is mended', async ({
    scene,
  }) => {
    const { file, post, stderr, errors } = await startWatching(scene)
    const broken = [
      { text: flow(2).replace('reply', 'replay'), place: '5:11', code: 'FLOW_UNKNOWN_NODE' },
      { text: flow(2).replace('200', 'ok'), place: '6:13', code: '' },
      { text: flow(2).replace('2 }', '2'), place: '', code: 'YAML_' },
      { text: flow(2).replace('{ version: 2 }', '<< data.body'), place: '7:11', code: 'TEMPLATE_' },
    ]
    for (const { text, place, code } of broken) {
      const before = errors().length
      await replace(file('hello.yaml'), text)
      await stderr.until(notReloaded)
      const report = errors().slice(before)
      expect(report).toContain(`hello.yaml:${place}`)
      expect(report).toContain(code)
      expect(report).toContain('1 problem in 1 file.')
      expect(await post()).toMatchObject({ status: 200, body: { version: 1 } })
    }
    await replace(file('hello.yaml'), flow(3))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 3 } })
  })

  it('keeps serving while the folder is gone, and follows the folder that replaces it', async ({ scene, expect }) => {
    const { folder, file, post, stderr } = await startWatching(scene)
    await rename(folder, join(await scene.folder(), 'old'))
    await stderr.until(/^Not reloaded: The application's folder .* does not exist\.\n/m)
    expect(await post()).toMatchObject({ status: 200, body: { version: 1 } })
    await rename(await scene.folder({ 'application.yaml': 'name: hello\n', 'hello.yaml': flow(2) }), folder)
    await stderr.until(reloaded)
    await replace(file('hello.yaml'), flow(3))
    await expect.poll(post).toMatchObject({ status: 200, body: { version: 3 } })
  })

  it('finishes a request on the flows that received it', async ({ scene }) => {
    const { file, post, stderr, experience, child, ended } = await startWatching(scene)
    const inFlight = await beginRequest(`${experience}/hello`, { body: {} })
    await replace(file('hello.yaml'), flow(2))
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 2 } })
    // Stopping waits for this request too, although its flows have been replaced.
    child.kill('SIGTERM')
    await stderr.until(/finishing what runs/)
    expect(await inFlight.finish()).toMatchObject({ status: 200, body: { version: 1 } })
    expect(await ended()).toBe(0)
  })

  it('applies new seeds once, and does not load a file whose seeds are invalid', async ({ scene }) => {
    const { file, post, stderr, errors, platform, applicationId, adminToken = '' } = await startWatching(scene)
    const path = `${platform}/applications/${applicationId}`
    const ask = (place: string, method = 'GET') => request(`${path}/${place}`, { token: adminToken, method })
    const application = (seeds: string) => replace(file('application.yaml'), `name: hello\nseeds:\n${seeds}`)
    const id = 'd'.repeat(24)
    const seeds = `  groups: [ { name: admins } ]
  users: [ { email: ada@lom.example, groups: [ admins ] } ]
  devices: [ { name: Shed, id: ${id} } ]
`
    await application(seeds)
    await stderr.until(reloaded)
    expect(await ask('experience/users/ada@lom.example')).toMatchObject({
      status: 200,
      body: { experienceGroups: [{ name: 'admins' }] },
    })
    expect(await ask(`devices/${id}`, 'DELETE')).toMatchObject({ status: 200 })

    await application(seeds.replace('Shed,', 'Barn }, { name: Shed,'))
    await stderr.until(reloaded)
    expect(await ask('devices')).toMatchObject({ body: { items: [{ name: 'Barn' }] } })

    await replace(file('hello.yaml'), flow(2))
    await stderr.until(reloaded)
    await application(`  devices: [ { name: Loft, parentId: ${'e'.repeat(24)} } ]\n`)
    await stderr.until(/^Not reloaded: .*parentId.*\n/m)
    expect(await ask('devices')).toMatchObject({ body: { totalCount: 1 } })
    expect(await post()).toMatchObject({ status: 200, body: { version: 2 } })
    expect(errors()).not.toContain('restart')
  })

  it('says that a new ID of the application needs a restart', async ({ scene }) => {
    const { file, stderr, applicationId } = await startWatching(scene)
    await replace(file('application.yaml'), `name: hello\nid: ${'f'.repeat(24)}\n`)
    await stderr.until(reloaded)
    expect(await stderr.until(/^But not its id.*\n/m)).toMatch(`it stays ${applicationId}. Another one needs a restart`)
    await replace(file('application.yaml'), `name: hello\nid: "${applicationId}"\n`)
    await stderr.until(reloaded)
    expect(stderr.text().match(/restart/g)).toHaveLength(1)
  })

  it('loses no request to a reload under load', async ({ scene }) => {
    const { file, post, stderr } = await startWatching(scene)
    const reloads = 8
    let isOver = false
    let count = 0
    const ask = async () => {
      let seen = 1
      while (!isOver) {
        const answer = await post()
        expect(answer).toMatchObject({ status: 200, body: { version: expect.any(Number) } })
        const { version } = answer.body as { version: number }
        expect(version).toBeGreaterThanOrEqual(seen)
        seen = version
        count++
      }
    }
    const save = async () => {
      for (let version = 2; version <= reloads; version++) {
        await replace(file('hello.yaml'), version % 3 === 0 ? 'broken: [' : flow(version))
        await stderr.until(version % 3 === 0 ? notReloaded : reloaded)
      }
      isOver = true
    }
    await Promise.all([save(), ...Array.from({ length: 10 }, ask)])
    expect(count).toBeGreaterThan(reloads)
    expect(await post()).toMatchObject({ status: 200, body: { version: reloads } })
  })
})

describe.concurrent('start, sent SIGHUP', () => {
  it('reloads its flows, and keeps serving the old ones if the new ones are broken', async ({ scene }) => {
    const { child, file, post, stderr, stop } = await startWatching(scene, [])
    await replace(file('hello.yaml'), flow(2).replace('reply', 'replay'))
    child.kill('SIGHUP')
    await stderr.until(notReloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 1 } })
    await replace(file('hello.yaml'), flow(3))
    child.kill('SIGHUP')
    await stderr.until(reloaded)
    expect(await post()).toMatchObject({ status: 200, body: { version: 3 } })
    expect(await stop('SIGTERM')).toBe(0)
  })
})
