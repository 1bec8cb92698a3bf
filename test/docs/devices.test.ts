/** The page for those who make devices says what the broker does. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { defaultLimits } from '../../server/mqtt/context.ts'
import { startBroker } from '../server/mqtt/test-broker.ts'

const page = readFileSync(new URL('../../docs/guide/devices.md', import.meta.url), 'utf8')

it('names the limits that there are', () => {
  const kb = (bytes: number) => `${bytes / 1024} KB`
  const { messageBytes, packetBytes, connectBytes, subscriptions, connections, connectionsPerAddress } = defaultLimits
  const spaced = (count: number) => count.toLocaleString('en').replace(',', ' ')
  expect(page).toContain(`| message | ${kb(messageBytes)} |`)
  expect(page).toContain(`| packet | ${kb(packetBytes)}; CONNECT ${kb(connectBytes)};`)
  expect(page).toContain(`| subscriptions of a device | ${subscriptions} |`)
  expect(page).toContain(`| filters in a SUBSCRIBE | ${subscriptions};`)
  expect(page).toContain(`| connections | ${spaced(connections)}, of one address ${spaced(connectionsPerAddress)}:`)
})

it('has a snippet for mqtt.js that reports and hears commands', async () => {
  const code = /```js\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  const broker = await startBroker()
  const { deviceId, key, secret } = await broker.pot()
  const env = { DEVICE_ID: deviceId, ACCESS_KEY: key, ACCESS_SECRET: secret }
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, ...env, HOST_URL: `mqtt://127.0.0.1:${broker.port}` },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  const hears = (text: string) =>
    new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk) => {
        said += chunk
        if (said.includes(text)) resolve()
      })
    })
  await hears('stored')
  expect(await broker.store.read.selectFrom('device_states').selectAll().execute()).toMatchObject([{ number: 42 }])
  const heard = hears('water')
  const command = { deviceId, name: 'water', payload: null, time: 0, relay: { type: 'flow', id: 'x' } } as const
  // It may subscribe some time after it has reported.
  const timer = setInterval(() => broker.platform.events.emit('commandSent', command), 20)
  await heard
  clearInterval(timer)
  child.kill()
})
