/** The part of `npm run bench` that measures devices: states over MQTT, idle connections, and queries over time. */
import { benchFleet, type FleetOptions, type FleetResult, type StateTimes } from './fleet.ts'
import type { MqttVariant } from './mqtt-target.ts'
import { column, headings, print } from './print.ts'
import { benchSeries, type QueryTimes, type SeriesTimes } from './series.ts'
import { medianRatio } from './statistics.ts'

const names: Readonly<Partial<Record<MqttVariant, string>>> = {
  stored: '(e) each stored, full sync, then acknowledged',
  bare: '(f) a bare Aedes that stores nothing',
  'one-by-one': '(g) as (e), each state in a commit of its own',
}

interface DevicesOptions {
  readonly isSanity: boolean
  /** Adds a device with ten million points, which take a minute or two to store. */
  readonly isLong: boolean
}

export async function benchDevices({ isSanity, isLong }: DevicesOptions): Promise<void> {
  const fleet = isSanity
    ? { rounds: 1, seconds: 0.5, idleConnections: 100, settleMs: 100 }
    : { rounds: 15, seconds: 1, idleConnections: 5000, settleMs: 3000 }
  const sizes = isSanity ? [1000] : [100_000, 1_000_000, ...(isLong ? [10_000_000] : [])]
  printFleet(fleet, await benchFleet(['stored', 'bare', 'one-by-one'], fleet))
  printSeries(await benchSeries(sizes, 5))
}

function printFleet({ rounds, seconds, idleConnections }: FleetOptions, { states, idle }: FleetResult) {
  print(`States with QoS 1 from 50 devices, 10 of each on their way, ${rounds} rounds of ${seconds} s each, medians`)
  print()
  print(headings(['states/s', 'p50 ms', 'p99 ms']))
  for (const { variant, messagesPerSecond, p50Ms, p99Ms } of states) {
    print(`${column(messagesPerSecond, 12, 0)}${column(p50Ms)}${column(p99Ms)}   ${names[variant]}`)
  }
  print()
  print(`e/f ${ratio(states, 'stored', 'bare')}   what storing leaves of the bare broker`)
  print(`e/g ${ratio(states, 'stored', 'one-by-one')}   what the shared write gives`)
  print()
  const [before, more] = [idle.before, idle.after - idle.before].map((bytes) => (bytes / 1e6).toFixed(0))
  print(`${idleConnections} idle connections: ${more} MB above the idle server's ${before} MB; under 150 MB for 5000`)
  print()
}

function printSeries(series: readonly SeriesTimes[]) {
  print(
    'A mean of every five minutes and a mean of all, over points of one device: ms, and how long nothing else was served',
  )
  print()
  print(headings(['points', 'each', 'blocked', 'all', 'blocked']))
  for (const { database, points, each, whole } of series) {
    print(`${column(points, 12, 0)}${times(each)}${times(whole)}   ${database}`)
  }
  if (!series.some(({ database }) => database === 'PostgreSQL'))
    print('PostgreSQL was not measured: DATABASE_URL names none.')
}

function times({ medianMs, blockedMs }: QueryTimes): string {
  return column(medianMs) + column(blockedMs)
}

function ratio(states: readonly StateTimes[], one: MqttVariant, other: MqttVariant): string {
  const rounds = (variant: MqttVariant) => states.find((found) => found.variant === variant)?.perRound ?? []
  return medianRatio(rounds(one), rounds(other))
}
