/** Clients of devices, and of the administrator. */
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { type Flowpot, request } from './flowpot-process.ts'
import type { Scene } from './it.ts'
import type { Credentials } from './lom-client.ts'

/** Resolves once the broker accepts the connection, and rejects if it refuses. */
export async function connect(
  scene: Scene,
  url: string,
  { deviceId, accessKey, accessSecret }: Credentials,
  options: IClientOptions = {},
): Promise<MqttClient> {
  const client = mqtt.connect(url, {
    clientId: deviceId,
    username: accessKey,
    password: accessSecret,
    reconnectPeriod: 0,
    ...options,
  })
  scene.after(() => client.endAsync(true))
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('error', reject)
  })
  client.on('error', () => {})
  return client
}

/** Calls the REST API, by method and path below the application. */
export function api({ platform, applicationId, adminToken }: Flowpot) {
  return (method: string, path: string, body?: unknown) =>
    request(`${platform}/applications/${applicationId}${path}`, {
      method,
      token: String(adminToken),
      ...(body === undefined ? {} : { body }),
    })
}
