/** The story of lōm on a new store: a person signs up and in, and a pot registers itself and gets a key of its own. */
import { expect } from 'vitest'
import { type Flowpot, request } from './flowpot-process.ts'
import { type Credentials, expectKeyIsGood, listDevices } from './lom-client.ts'

export async function tellStory(
  flowpot: Flowpot,
): Promise<{ readonly token: string; readonly credentials: Credentials }> {
  const { experience } = flowpot
  const post = (path: string, body: unknown, token?: string) =>
    request(experience + path, { method: 'POST', body, ...(token === undefined ? {} : { token }) })
  const email = 'Ada@lom.example'
  const password = 'correct horse battery'

  // Signing up.
  const incomplete = { status: 400, body: { error: 'Email and password fields required.' } }
  expect(await post('/users', { password })).toMatchObject(incomplete)
  expect(await post('/users', { email })).toMatchObject(incomplete)
  const signedUp = await post('/users', { email, password })
  expect(signedUp).toMatchObject({ status: 201, body: { id: expect.stringMatching(/^[0-9a-f]{24}$/), email } })
  expect(JSON.stringify(signedUp.body)).not.toMatch(/correct horse|hash|salt/i)
  const taken = { status: 409, body: { error: 'Email already exists.' } }
  expect(await post('/users', { email, password })).toMatchObject(taken)
  expect(await post('/users', { email: email.toLowerCase(), password })).toMatchObject(taken)

  // Signing in.
  const unauthorized = { status: 401, body: { error: 'Unauthorized' } }
  expect(await post('/auth', { email, password: 'wrong' })).toMatchObject(unauthorized)
  expect(await post('/auth', { email: 'nobody@lom.example', password })).toMatchObject(unauthorized)
  const signedIn = await post('/auth', { email, password })
  const { id: owner } = signedUp.body as { id: string }
  expect(signedIn).toMatchObject({ status: 200, body: { user: { id: owner, email } } })
  const { token } = signedIn.body as { token: string }
  expect(token.split('.')).toHaveLength(3)

  // Registering a pot.
  const pot = { deviceName: 'My Awesome Plant', manufacturerId: '000000' }
  expect(await post('/devices', pot)).toMatchObject({ status: 401 })
  expect(await post('/devices', pot, `${token}x`)).toMatchObject({ status: 401 })
  const missing = { status: 400, body: { error: 'manufacturerId and deviceName are required.' } }
  expect(await post('/devices', { deviceName: 'x' }, token)).toMatchObject(missing)
  expect(await post('/devices', { manufacturerId: '1' }, token)).toMatchObject(missing)
  const registered = await post('/devices', pot, token)
  expect(registered.status).toBe(201)
  expect(registered.headers.get('content-type')).toMatch(/^application\/json/)
  expect(registered.body).toEqual({
    deviceId: expect.stringMatching(/^[0-9a-f]{24}$/),
    accessKey: expect.any(String),
    accessSecret: expect.any(String),
  })
  expect(await request(`${experience}/no-such-route`)).toMatchObject({
    status: 404,
    body: { error: 'No endpoint found for route' },
  })

  // The store has this one device, and a key that is good for it.
  const credentials = registered.body as Credentials
  expect(await listDevices(flowpot, String(flowpot.adminToken))).toEqual([
    expect.objectContaining({
      deviceId: credentials.deviceId,
      name: 'My Awesome Plant',
      tags: expect.arrayContaining([
        { key: 'owner', value: owner },
        { key: 'manufacturerId', value: '000000' },
      ]),
      attributes: [expect.objectContaining({ name: 'moisture', dataType: 'number' })],
    }),
  ])
  await expectKeyIsGood(flowpot, credentials)
  return { token, credentials }
}
