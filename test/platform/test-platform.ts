/** A platform on a store of its own, with a clock that stands until it is moved and passwords that cost little. */
import { createHash } from 'node:crypto'
import { type Actor, flowActor } from '../../platform/auth/actor.ts'
import { createPlatform, type Platform, type PlatformSettings } from '../../platform/platform.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import type { Store } from '../../platform/store/store.ts'

export interface TestClock {
  ms: number
  now(): number
}

export interface TestPlatform {
  readonly platform: Platform
  readonly clock: TestClock
  readonly errors: unknown[]
  /** Calls an action as a flow and returns its result; throws what is refused. */
  ok<Result = Record<string, unknown>>(call: string, params?: object, actor?: Actor): Promise<Result>
  /** Calls an action and returns how it is refused; throws if it is not. */
  refused(call: string, params?: object, actor?: Actor): Promise<{ type: string; statusCode: number; message: string }>
}

export const signingKey = 'a signing key for tests, long enough'

export async function openPlatform(store: Store, settings: Partial<PlatformSettings> = {}): Promise<TestPlatform> {
  const clock = { ms: Date.UTC(2026, 0, 2, 3, 4, 5, 678), now: () => clock.ms }
  const errors: unknown[] = []
  const platform = await createPlatform(
    store,
    {
      applicationName: 'lom',
      signingKey,
      userTokenTtlSeconds: 3600,
      signUpsPerHour: 1000,
      passwordCost: { N: 16, r: 1, p: 1 },
      ...settings,
    },
    clock,
    countingRandom(),
    { error: (details) => errors.push(details) },
  )
  return {
    platform,
    clock,
    errors,
    async ok<Result>(call: string, params = {}, actor: Actor = flowActor) {
      const outcome = await callAction(platform, actor, call, { ...params })
      if ('error' in outcome) throw new Error(`${call}: ${JSON.stringify(outcome.error)} ${String(errors.at(-1))}`)
      return outcome.result as Result
    },
    async refused(call, params = {}, actor = flowActor) {
      const outcome = await callAction(platform, actor, call, { ...params })
      if ('result' in outcome) throw new Error(`${call} was not refused: ${JSON.stringify(outcome.result)}`)
      return outcome.error
    },
  }
}

/** Never twice the same, and the same in every run. */
function countingRandom() {
  let count = 0
  return {
    bytes(length: number) {
      const hash = createHash('shake256', { outputLength: length })
      return new Uint8Array(hash.update(String(count++)).digest())
    },
  }
}
