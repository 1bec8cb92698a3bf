/** Devices that report over raw sockets, in a process of their own. With mqtt.js the clients would need more time than the broker that is measured. */
import { connect, type Socket } from 'node:net'
import { answerParent } from './child.ts'
import { connectPacket, createReader, publishPacket, text } from './mqtt-packets.ts'
import type { Fleet } from './mqtt-target.ts'
import { median, quantile } from './statistics.ts'

export interface Load extends Fleet {
  readonly port: number
  /** How long they report. With 0 they only connect, and stay connected until the process ends. */
  readonly seconds: number
  /** How many messages of each device may be unacknowledged. */
  readonly window: number
}

export interface LoadResult {
  readonly messagesPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const noResult: LoadResult = { messagesPerSecond: 0, p50Ms: 0, p99Ms: 0 }
/** How many devices connect at the same time. */
const connectedAtOnce = 400

/** The time of the next report. No two are alike, or one would overwrite the other; and it begins some days ago, since the future is refused. */
let reportedTime = Date.now() - 20 * 86_400_000

async function run({ deviceIds, key, secret, port, seconds, window }: Load): Promise<LoadResult> {
  const devices: Device[] = []
  for (let from = 0; from < deviceIds.length; from += connectedAtOnce) {
    const some = deviceIds.slice(from, from + connectedAtOnce)
    devices.push(...(await Promise.all(some.map((id) => connectDevice(port, id, key, secret)))))
  }
  if (seconds === 0) return noResult
  const latencies: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + seconds * 1000
  await Promise.all(devices.map((device) => report(device, window, endsAt, latencies)))
  for (const { socket } of devices) socket.destroy()
  return { messagesPerSecond: latencies.length / seconds, p50Ms: median(latencies), p99Ms: quantile(latencies, 0.99) }
}

interface Device {
  readonly id: string
  readonly socket: Socket
  onAcknowledged: (id: number) => void
  onLost: (error: Error) => void
}

function connectDevice(port: number, id: string, key: string, secret: string): Promise<Device> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const device: Device = { id, socket, onAcknowledged() {}, onLost: reject }
    const read = createReader(
      (code) => (code === 0 ? resolve(device) : reject(new Error(`The broker refused ${id}: ${code}.`))),
      (id) => device.onAcknowledged(id),
    )
    socket.on('data', read)
    socket.on('error', (error) => device.onLost(error))
    socket.on('close', () => device.onLost(new Error(`The broker closed the connection of ${id}.`)))
    socket.write(connectPacket(id, key, secret))
  })
}

/** Keeps the window full until `endsAt`, then waits for the remaining acknowledgements. Adds the milliseconds from each message to its acknowledgement. */
function report(device: Device, window: number, endsAt: number, latencies: number[]): Promise<void> {
  const topic = text(`losant/${device.id}/state`)
  const sentAt = new Float64Array(window + 1)
  let waiting: Buffer[] = []
  let inFlight = window
  return new Promise((resolve, reject) => {
    device.onLost = reject
    const publish = (id: number, now: number) => {
      sentAt[id] = now
      waiting.push(
        publishPacket(topic, id, `{"time":${reportedTime++},"data":{"moisture":${(reportedTime % 1000) / 10}}}`),
      )
      // All messages that one read of the socket makes room for go out in one write.
      if (waiting.length === 1) queueMicrotask(flush)
    }
    const flush = () => {
      device.socket.write(Buffer.concat(waiting))
      waiting = []
    }
    device.onAcknowledged = (id) => {
      const now = performance.now()
      if (now < endsAt) {
        latencies.push(now - (sentAt[id] ?? now))
        publish(id, now)
      } else if (--inFlight === 0) {
        device.onLost = () => {}
        resolve()
      }
    }
    const now = performance.now()
    for (let id = 1; id <= window; id++) publish(id, now)
  })
}

answerParent<Load>(run)
