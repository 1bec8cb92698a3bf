/** Computes the attributes of systems that are due, and reports them as states of the systems. */
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'
import { readDeviceRow, toAttributes } from '../records/device-record.ts'
import { groupBy } from '../records/schemas.ts'
import { computedAttributes } from '../records/system-attribute.ts'
import { computeAttribute } from './compute-attribute.ts'
import { intervalMs, isBehind } from './computed-until.ts'
import type { Scalar } from './convert-value.ts'
import { time } from './read-states.ts'
import type { StateWriter } from './state-writer.ts'

interface DueSystem {
  readonly id: string
  readonly parent_id: string | null
  /** The time for which it is due, in milliseconds since 1970. */
  readonly due: number
}

type SystemsBase = Pick<Base, 'store' | 'clock' | 'log'> & { readonly states: StateWriter }
type Data = Record<string, Scalar>

/**
 * A system is due at the multiples of its interval since 1970. If several have passed, only the last is computed. The systems below others come first, so
 * that a value gets through all levels at once. Attributes are computed one at a time. A system that fails is left until it is due again. Stops if
 * `isStopped` says so. Resolves with the time at which the next system is due.
 */
export async function computeSystems(
  platform: SystemsBase,
  isStopped: () => boolean = () => false,
): Promise<number | undefined> {
  const { store, clock } = platform
  const lastDue = sql`${time(clock.now())} / (${intervalMs}) * ${intervalMs}`
  const { rows } = await sql<DueSystem>`select id, parent_id, ${lastDue} as due from devices
    where computed_at is not null and ${isBehind(lastDue)}`.execute(store.read)
  for (const level of levelsOf(rows)) {
    const reported: Promise<unknown>[] = []
    for (const system of level) {
      if (isStopped()) break
      const data = await compute(platform, system)
      if (data) reported.push(report(platform, system, data))
    }
    await Promise.all(reported)
  }
  const nextDue = sql`${time(clock.now())} / (${intervalMs}) * ${intervalMs} + ${intervalMs}`
  const next = await sql<{ at: number | null }>`select min(${nextDue}) as at from devices
    where computed_at is not null`.execute(store.read)
  return next.rows[0]?.at ?? undefined
}

/** The systems without due systems below them come last but one level, and so on up to those without a due parent. */
function levelsOf(systems: readonly DueSystem[]): DueSystem[][] {
  const byId = new Map(systems.map((system) => [system.id, system]))
  const depths = new Map<string, number>()
  for (const system of systems) {
    const path: DueSystem[] = []
    for (let up: DueSystem | undefined = system; up && !depths.has(up.id); up = byId.get(up.parent_id ?? '')) {
      // Should there be a circle, it ends here.
      depths.set(up.id, 0)
      path.push(up)
    }
    for (const one of path.reverse()) depths.set(one.id, (depths.get(one.parent_id ?? '') ?? -1) + 1)
  }
  const levels = [...groupBy(systems, ({ id }) => String(depths.get(id)))]
  return levels.sort(([one], [other]) => Number(other) - Number(one)).map(([, level]) => level)
}

/** Returns nothing if the system has been deleted or could not be computed. */
async function compute({ store, log }: SystemsBase, { id, due }: DueSystem): Promise<Data | undefined> {
  try {
    const row = await readDeviceRow(store.read, id)
    if (!row) return undefined
    const data: Data = {}
    for (const attribute of computedAttributes(row.device_class, toAttributes(row))) {
      const value = await computeAttribute(store, id, attribute, due)
      if (value !== undefined) data[attribute.name] = value
    }
    return data
  } catch (err) {
    log.error({ err, deviceId: id }, 'A system could not be computed')
    return undefined
  }
}

function report({ states, log }: SystemsBase, { id, due }: DueSystem, data: Data): Promise<unknown> {
  const given = Object.keys(data).length > 0 ? [{ time: due, data }] : []
  return states
    .write({
      states: [{ deviceId: id, states: given, isBatch: false }],
      relay: { type: 'device', id },
      computedUntil: due,
    })
    .catch((err: unknown) => log.error({ err, deviceId: id }, 'What a system computed could not be stored'))
}
