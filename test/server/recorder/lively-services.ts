/** Services as they are outside of tests: late, in any order, failing now and then, with a clock that moves and real random bytes. */
import { randomFillSync } from 'node:crypto'
import { FlowpotError } from '../../../contracts/errors.ts'
import type { Effects } from '../../../engine/services.ts'

/** How many turns of the event loop each call is answered after, one after another. */
export function livelyServices(delays: readonly number[] = [0]) {
  let now = Date.parse('2026-05-01T10:00:00Z')
  let calls = 0
  const answered = async () => {
    const nth = calls++
    for (let turn = delays[nth % delays.length] ?? 0; turn > 0; turn--) await new Promise(setImmediate)
    return nth
  }
  return {
    clock: { now: () => (now += 7) },
    random: { bytes: (length: number) => randomFillSync(new Uint8Array(length)) },
    api: async (call: string) => {
      const nth = await answered()
      if (call === 'device.get') return { error: { type: 'NotFound', statusCode: 404, message: `No device ${nth}.` } }
      return { result: { id: `device-${nth}`, nth } }
    },
    ...outside(answered),
  }
}

/** Every fifth call fails. */
function outside(answered: () => Promise<number>) {
  const call = async () => {
    const nth = await answered()
    if (nth % 5 === 4) throw new FlowpotError('HTTP_NO_ANSWER', 502, `Call ${nth} was not answered.`)
    return nth
  }
  const effects = {
    http: async () => {
      const nth = await call()
      return { status: 200 + nth, headers: { 'x-nth': String(nth) }, body: Buffer.from(JSON.stringify({ nth, é: [] })) }
    },
    sql: async () => {
      const nth = await call()
      return { rows: [{ nth, at: new Date(nth).toISOString() }], count: 1 }
    },
    redis: async () => [await call(), null, 'text'],
    mail: async () => void (await call()),
    publish: async () => void (await call()),
    sleep: async () => void (await call()),
    startFlow: async () => ({
      runId: `6a1c2d3e4f5a6b7c8d9e0f${String(await call())
        .padStart(2, '0')
        .slice(-2)}`,
    }),
    script: async ({ payload }) => {
      const nth = await call()
      const logs = [{ level: 'info' as const, message: `Script ${nth}` }]
      return nth % 7 === 6
        ? { logs, error: { name: 'TypeError', message: 'It broke.', line: 1, column: 1 } }
        : { logs, payload: structuredClone(payload) }
    },
  } satisfies Partial<Effects>
  return effects
}
