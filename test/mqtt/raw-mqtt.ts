/** A connection on which a test writes bytes as it likes; what comes back is told in hexadecimal digits. */
import { connect, type Socket } from 'node:net'

export interface RawMqtt {
  readonly socket: Socket
  /** Resolves once what came contains `hex`. */
  until(hex: string): Promise<void>
  /** Resolves with all that came until the broker closed the connection. */
  closed(): Promise<string>
}

export function connectToPort(port: number): RawMqtt {
  const socket = connect(port, '127.0.0.1')
  let received = ''
  const watchers = new Set<() => void>()
  const changed = () => {
    for (const watch of watchers) watch()
  }
  socket.on('data', (chunk) => {
    received += chunk.toString('hex')
    changed()
  })
  socket.on('close', changed)
  socket.on('error', changed)
  const when = (isDone: () => boolean) =>
    new Promise<void>((resolve, reject) => {
      const watch = () => {
        if (isDone()) resolve()
        else if (socket.closed) reject(new Error(`The connection closed after: ${received}`))
        else return
        watchers.delete(watch)
      }
      watchers.add(watch)
      watch()
    })
  return {
    socket,
    until: (hex) => when(() => received.includes(hex)),
    closed: () => when(() => socket.closed).then(() => received),
  }
}

/** CONNECT of MQTT 3.1.1: clean, without will, without keep-alive. */
export function connectPacket(pot: { deviceId: string; key: string; secret: string }): Buffer {
  const field = (text: string) => Buffer.concat([Buffer.from([text.length >> 8, text.length & 255]), Buffer.from(text)])
  const body = Buffer.concat([
    field('MQTT'),
    Buffer.from([4, 0b1100_0010, 0, 0]),
    ...[pot.deviceId, pot.key, pot.secret].map(field),
  ])
  return Buffer.concat([Buffer.from([0x10, (body.length & 127) | 128, body.length >> 7]), body])
}
