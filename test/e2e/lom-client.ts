/** What the people and pots of lōm do over HTTP. Each function fails its test unless the request succeeds. */
import { expect } from 'vitest'
import { type Flowpot, request } from './flowpot-process.ts'

export interface Credentials {
  readonly deviceId: string
  readonly accessKey: string
  readonly accessSecret: string
}

export const password = 'correct horse battery'

export const fern = { deviceName: 'Fern', manufacturerId: '000000' }

/** Signs up, signs in and returns the token. */
export async function signUp({ experience }: Flowpot, email = 'ada@lom.example'): Promise<string> {
  const answer = await request(`${experience}/users`, { method: 'POST', body: { email, password } })
  expect(answer).toMatchObject({ status: 201, body: { email } })
  const { status, body } = await request(`${experience}/auth`, { method: 'POST', body: { email, password } })
  expect(status).toBe(200)
  return (body as { token: string }).token
}

export async function register({ experience }: Flowpot, token: string, deviceName = 'Fern'): Promise<Credentials> {
  const answer = await request(`${experience}/devices`, { method: 'POST', token, body: { ...fern, deviceName } })
  expect(answer).toMatchObject({ status: 201 })
  return answer.body as Credentials
}

/** Fails unless the device can sign in with these credentials. */
export async function expectKeyIsGood({ platform }: Flowpot, credentials: Credentials): Promise<void> {
  const { deviceId, accessKey: key, accessSecret: secret } = credentials
  const answer = await request(`${platform}/auth/device`, { method: 'POST', body: { deviceId, key, secret } })
  expect(answer).toMatchObject({ status: 200, body: { deviceId } })
}

export interface Device {
  readonly deviceId: string
  readonly name: string
}

/** Every device that the platform has. */
export async function listDevices({ platform, applicationId }: Flowpot, adminToken: string): Promise<Device[]> {
  const devices: Device[] = []
  for (let page = 0; ; page++) {
    const url = `${platform}/applications/${applicationId}/devices?perPage=1000&page=${page}`
    const { status, body } = await request(url, { token: adminToken })
    expect(status).toBe(200)
    const { items, totalCount } = body as { items: Device[]; totalCount: number }
    devices.push(...items)
    if (items.length === 0 || devices.length >= totalCount) return devices
  }
}
