/** A connection on which a test writes bytes as it likes; what comes back is told in hexadecimal digits. */
import type { Socket } from 'node:net'
import { openSocket } from '../../raw-socket.ts'

export interface RawMqtt {
  readonly socket: Socket
  /** Resolves once what came contains `hex`. */
  until(hex: string): Promise<void>
  /** Resolves with all that came until the broker closed the connection. */
  closed(): Promise<string>
}

export function connectToPort(port: number): RawMqtt {
  const { socket, until, closed } = openSocket(port, 'hex')
  return {
    socket,
    until: async (hex) => {
      await until((received) => received.includes(hex))
    },
    closed,
  }
}

/** CONNECT of MQTT 3.1.1: clean, without will, without keep-alive. */
export function connectPacket(pot: { deviceId: string; key: string; secret: string }): Buffer {
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, 0b1100_0010, 0, 0]),
    ...[pot.deviceId, pot.key, pot.secret].map(field),
  ])
  return Buffer.concat([Buffer.from([0x10, (body.length & 127) | 128, body.length >> 7]), body])
}

export function subscribePacket(filters: readonly string[], qos: number): Buffer {
  const body = Buffer.concat([Buffer.from([0, 1]), ...filters.flatMap((filter) => [field(filter), Buffer.from([qos])])])
  return Buffer.concat([Buffer.from([0x82, (body.length & 127) | 128, body.length >> 7]), body])
}

function field(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)])
}
