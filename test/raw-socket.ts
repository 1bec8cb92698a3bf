/** A connection on which a test writes bytes as it likes. What comes back is text in an encoding of its choice. */
import { connect, type Socket } from 'node:net'

export interface RawSocket {
  readonly socket: Socket
  /** Resolves with all that came until `isEnough` of it; rejects where the connection closes before. */
  until(isEnough: (received: string) => boolean): Promise<string>
  /** Resolves with all that came until the server closed the connection. */
  closed(): Promise<string>
}

export function openSocket(port: number, encoding: 'utf8' | 'hex'): RawSocket {
  const socket = connect(port, '127.0.0.1')
  socket.setEncoding(encoding)
  let received = ''
  const watchers = new Set<() => void>()
  const changed = () => {
    for (const watch of watchers) watch()
  }
  socket.on('data', (text: string) => {
    received += text
    changed()
  })
  socket.on('close', changed)
  socket.on('error', changed)

  const when = (isDone: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const watch = () => {
        if (isDone()) resolve(received)
        else if (socket.closed) reject(new Error(`The connection closed after: ${received}`))
        else return
        watchers.delete(watch)
      }
      watchers.add(watch)
      watch()
    })
  return {
    socket,
    until: (isEnough) => when(() => isEnough(received)),
    closed: () => when(() => socket.closed),
  }
}
