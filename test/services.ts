/** Services for tests that need none, or replace those they do. */

import type { Storage } from '../contracts/storage.ts'
import { makeEffects } from '../engine/effects.ts'
import type { Effects, Services } from '../engine/services.ts'

const refuse = async () => {
  throw new Error('Nothing leaves a test.')
}

/** Refuses to send and to run scripts, and waits for nothing. */
export const noEffects: Effects = { ...makeEffects(() => refuse), sleep: async () => undefined }

export function storageInMemory(): Storage {
  const values = new Map<string, Map<string, string>>()
  const inScope = (scope: string) => {
    const stored = values.get(scope) ?? new Map<string, string>()
    values.set(scope, stored)
    return stored
  }
  const parse = (json: string | undefined) => (json === undefined ? undefined : JSON.parse(json))
  return {
    get: async ({ scope, key }) => parse(inScope(scope).get(key)),
    list: async (scope) => new Map([...inScope(scope)].map(([key, json]) => [key, parse(json)])),
    async update({ scope, key }, change) {
      const stored = inScope(scope)
      const { value, result } = change(parse(stored.get(key)))
      if (value === undefined) stored.delete(key)
      else stored.set(key, JSON.stringify(value))
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
    storage: storageInMemory(),
    ...services,
  }
}
