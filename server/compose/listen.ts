/** Opens listeners, and words the errors for ports that cannot be opened. */
import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { defineError } from '../../contracts/errors.ts'
import type { Setting } from '../settings/setting.ts'

export const portTaken = defineError<{ name: string; host: string; port: number; flag: string; env: string }>(
  'LISTEN_PORT_TAKEN',
  500,
  ({ name, host, port, flag, env }) =>
    `Port ${port} on ${host} is taken, so the ${name} listener cannot use it. Choose another with ${flag} or ${env}.`,
)

export const listenFailed = defineError<{ name: string; host: string; port: number; reason: string }>(
  'LISTEN_FAILED',
  500,
  ({ name, host, port, reason }) => `The ${name} listener cannot listen on ${host}:${port}: ${reason}`,
)

export interface Listening {
  readonly name: 'experience' | 'platform' | 'mqtt' | 'mqtts'
  readonly url: string
  /** Tells the user that this is not the usual port. */
  readonly note?: string
}

const schemes = { experience: 'http', platform: 'http', mqtt: 'mqtt', mqtts: 'mqtts' }

/** `open` opens the listener and resolves with the port that it got; it rejects with Node's error. */
export async function listen(
  name: Listening['name'],
  { host, port }: { readonly host: string; readonly port: number },
  { flag = '', env }: Setting<number>,
  open: (port: number, host: string) => Promise<number>,
): Promise<Listening> {
  try {
    const actualPort = await open(port, host)
    return { name, url: `${schemes[name]}://${host.includes(':') ? `[${host}]` : host}:${actualPort}` }
  } catch (cause) {
    const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
    if (isTaken) throw portTaken({ name, host, port, flag, env }, { cause })
    throw listenFailed({ name, host, port, reason: cause instanceof Error ? cause.message : String(cause) }, { cause })
  }
}

export function listenHttp(
  name: Listening['name'],
  app: FastifyInstance,
  address: { readonly host: string; readonly port: number },
  setting: Setting<number>,
): Promise<Listening> {
  return listen(name, address, setting, async (port, host) => {
    await app.listen({ port, host })
    // Boundary: in Node's types the address may also be a pipe's name, but for a TCP server it is an object.
    return (app.server.address() as AddressInfo).port
  })
}
