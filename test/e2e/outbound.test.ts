/** What leaves the real process: requests that the application allows, and mail. */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { request } from './flowpot-process.ts'
import { it } from './it.ts'

const ask = `name: Ask
on: { endpoint: "GET /ask" }
nodes:
  - type: http
    url: << globals.url >>
    result: data.asked
    else:
      - { type: reply, status: 502, body: << data.asked.error.type >> }
  - { type: reply, body: << data.asked.body >> }
`
const mail = `name: Mail
on: { endpoint: "POST /mail" }
nodes:
  - type: email
    to: << data.body.to >>
    subject: Dry
    text: Water it.
  - { type: reply, status: 204 }
`

describe.concurrent('what leaves the process', () => {
  it('goes only to hosts that application.yaml allows, also after a reload', async ({ scene }) => {
    const server = createServer((_, response) => response.end('moist'))
    scene.after(() => {
      server.closeAllConnections()
      server.close()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const settings = (allow: string) => `name: x\nglobals: { url: "http://${host}/" }\nhttp: { allow: [ ${allow} ] }\n`
    const folder = await scene.folder({ 'application.yaml': settings(''), 'ask.yaml': ask })
    const { experience, stderr, stop } = await scene.start({ folder, args: ['--watch'] })
    const asked = () => request(`${experience}/ask`)

    expect(await asked()).toMatchObject({ status: 502, body: 'HTTP_ADDRESS_FORBIDDEN' })
    await writeFile(join(folder, 'application.yaml'), settings(`"${host}"`))
    await stderr.until(/^Reloaded\.\n/m)
    expect(await asked()).toMatchObject({ status: 200, body: 'moist' })
    await writeFile(join(folder, 'application.yaml'), settings(''))
    await stderr.until(/^Reloaded\.\n/m)
    expect(await asked()).toMatchObject({ status: 502, body: 'HTTP_ADDRESS_FORBIDDEN' })
    expect(await stop()).toBe(0)
  })

  it('is kept in the data folder and logged, if it is mail and no SMTP server is set', async ({ scene }) => {
    const folder = await scene.folder({ 'application.yaml': 'name: x\n', 'mail.yaml': mail })
    const data = await scene.folder()
    const { experience, stderr, stop } = await scene.start({ folder, data, env: { FLOWPOT_LOG_LEVEL: 'info' } })
    const send = (to: string) => request(`${experience}/mail`, { method: 'POST', body: { to } })

    expect((await send('ada@lom.example')).status).toBe(204)
    const [name = ''] = await readdir(join(data, 'mail'))
    expect(await readFile(join(data, 'mail', name), 'utf8')).toContain('To: ada@lom.example')
    await stderr.until(/"to":\["ada@lom\.example"\],"subject":"Dry",.*"A mail was kept as a file/)
    expect(stderr.text()).not.toContain('Water it')

    const refused = await send('ada@lom.example\r\nBcc: eve@evil.example')
    expect(refused.status).toBe(500)
    expect(JSON.stringify(refused.body)).not.toContain('eve')
    expect(await readdir(join(data, 'mail'))).toHaveLength(1)
    expect(await stop()).toBe(0)
  })
})
