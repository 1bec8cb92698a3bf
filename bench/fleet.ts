/** Measures how fast devices can report states over MQTT, round by round, and how much memory idle connections take. */
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Child, startChild } from './child.ts'
import type { Load, LoadResult } from './mqtt-load.ts'
import type { Fleet, MqttVariant } from './mqtt-target.ts'
import { median } from './statistics.ts'

export interface StateTimes extends LoadResult {
  readonly variant: MqttVariant
  readonly perRound: readonly number[]
}

/** How many unacknowledged messages a real client has at most. */
const maxInFlight = 10
const reporting = 50
export interface FleetOptions {
  readonly rounds: number
  readonly seconds: number
  readonly idleConnections: number
  /** Time for a process to settle before its memory is measured. */
  readonly settleMs: number
}

export interface FleetResult {
  readonly states: readonly StateTimes[]
  /** Resident memory of the whole server in bytes, before the connections and with them. */
  readonly idle: { readonly before: number; readonly after: number }
}

export async function benchFleet(variants: readonly MqttVariant[], options: FleetOptions): Promise<FleetResult> {
  const folder = await mkdtemp(join(tmpdir(), 'flowpot-bench-'))
  try {
    const prepared = join(folder, 'prepared')
    const fleet = await withChild(startChild('./mqtt-target.js', ['prepare', prepared]), (child) =>
      child.ask<Fleet>({ prepare: Math.max(reporting, options.idleConnections) }),
    )
    const start = async (variant: MqttVariant) => {
      const data = join(folder, variant)
      await cp(prepared, data, { recursive: true })
      return startChild('./mqtt-target.js', [variant, data])
    }
    const idle = await withChild(await start('server'), (server) => benchIdle(server, fleet, options))
    const few = { ...fleet, deviceIds: fleet.deviceIds.slice(0, reporting) }
    return { idle, states: await benchStates(variants, start, few, options) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchStates(
  variants: readonly MqttVariant[],
  start: (variant: MqttVariant) => Promise<Child>,
  fleet: Fleet,
  { rounds, seconds }: FleetOptions,
): Promise<StateTimes[]> {
  const targets: { variant: MqttVariant; child: Child; load: Load; results: LoadResult[] }[] = []
  const loader = startChild('./mqtt-load.js')
  try {
    for (const variant of variants) {
      const child = await start(variant)
      const port = await child.ask<number>('port')
      targets.push({ variant, child, results: [], load: { ...fleet, port, seconds, window: maxInFlight } })
    }
    for (const { load } of targets) await loader.ask<LoadResult>(load)
    for (let round = 0; round < rounds; round++) {
      for (const { load, results } of targets) results.push(await loader.ask<LoadResult>(load))
    }
  } finally {
    await Promise.all([loader, ...targets.map(({ child }) => child)].map((child) => child.stop()))
  }
  return targets.map(({ variant, results }) => ({
    variant,
    messagesPerSecond: median(results.map((result) => result.messagesPerSecond)),
    p50Ms: median(results.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(results.map(({ p99Ms }) => p99Ms)),
    perRound: results.map((result) => result.messagesPerSecond),
  }))
}

/** Measures the whole server, as `npm start` runs it with the sample application. */
async function benchIdle(
  server: Child,
  fleet: Fleet,
  { idleConnections, settleMs }: FleetOptions,
): Promise<FleetResult['idle']> {
  const port = await server.ask<number>('port')
  await pause(settleMs)
  const before = await server.ask<number>('rss')
  return withChild(startChild('./mqtt-load.js'), async (loader) => {
    const deviceIds = fleet.deviceIds.slice(0, idleConnections)
    await loader.ask<LoadResult>({ ...fleet, deviceIds, port, seconds: 0, window: maxInFlight })
    await pause(settleMs)
    return { before, after: await server.ask<number>('rss') }
  })
}

async function withChild<T>(child: Child, use: (child: Child) => Promise<T>): Promise<T> {
  try {
    return await use(child)
  } finally {
    await child.stop()
  }
}
