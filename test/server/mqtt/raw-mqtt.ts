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
  const who = [pot.deviceId, pot.key, pot.secret].map(field)
  return packet(0x10, [field('MQTT'), Buffer.from([4, 0b1100_0010, 0, 0]), ...who])
}

/** Both have the ID 1. */
export function subscribePacket(filters: readonly (readonly [filter: string, qos: number])[]): Buffer {
  return packet(0x82, [Buffer.from([0, 1]), ...filters.flatMap(([filter, qos]) => [field(filter), Buffer.from([qos])])])
}

export function unsubscribePacket(filters: readonly string[]): Buffer {
  return packet(0xa2, [Buffer.from([0, 1]), ...filters.map(field)])
}

function packet(type: number, parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length = [(body.length & 127) | 128, ((body.length >> 7) & 127) | 128, body.length >> 14]
  return Buffer.concat([Buffer.from([type, ...length]), body])
}

function field(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)])
}
