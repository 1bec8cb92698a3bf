/** Services for tests that need none, or replace those they do. */

import type { Clock } from '../contracts/clock.ts'
import type { Storage } from '../contracts/storage.ts'
import { makeEffects } from '../engine/effects.ts'
import type { Effects, Services } from '../engine/services.ts'

const refuse = async () => {
  throw new Error('Nothing leaves a test.')
}

/** Refuses to send and to run scripts, and waits for nothing. */
export const noEffects: Effects = { ...makeEffects(() => refuse), sleep: async () => undefined }

interface Stored {
  readonly json: string
  readonly expiresAt: number
}

export function storageInMemory(clock: Clock = { now: () => 0 }): Storage {
  const values = new Map<string, Map<string, Stored>>()
  /** Without what has expired. */
  const inScope = (scope: string) => {
    const stored = values.get(scope) ?? new Map<string, Stored>()
    for (const [key, { expiresAt }] of stored) if (expiresAt <= clock.now()) stored.delete(key)
    values.set(scope, stored)
    return stored
  }
  const parse = (json: string | undefined) => (json === undefined ? undefined : JSON.parse(json))
  return {
    get: async ({ scope, key }) => parse(inScope(scope).get(key)?.json),
    list: async (scope) => new Map([...inScope(scope)].map(([key, { json }]) => [key, parse(json)])),
    async update({ scope, key }, change) {
      const stored = inScope(scope)
      const before = stored.get(key)
      const { value, result, ttlMs = Number.POSITIVE_INFINITY } = change(parse(before?.json))
      const expiresAt = ttlMs === 'kept' ? (before?.expiresAt ?? Number.POSITIVE_INFINITY) : clock.now() + ttlMs
      if (value === undefined) stored.delete(key)
      else stored.set(key, { json: JSON.stringify(value), expiresAt })
      return result
    },
  }
}

export function quietServices(services: Partial<Services> = {}): Services {
  return {
    ...noEffects,
    api: async () => ({ result: {} }),
    users: { verifyPassword: async () => null, verifyToken: async () => null, signToken: async () => null },
    clock: { now: () => 0 },
    random: { bytes: (length) => new Uint8Array(length) },
    storage: storageInMemory(services.clock),
    ...services,
  }
}
