/** Services for tests that need none, or replace those they do. */
import type { Effects, Services, Storage } from '../engine/services.ts'

const refuse = async () => {
  throw new Error('Nothing leaves a test.')
}

/** Refuses to send, and waits for nothing. */
export const noEffects: Effects = { http: refuse, mail: refuse, publish: refuse, sleep: async () => undefined }

export function storageInMemory(): Storage {
  const values = new Map<string, unknown>()
  return {
    get: async (key) => structuredClone(values.get(key)),
    async update(key, change) {
      const value = change(structuredClone(values.get(key)))
      if (value === undefined) values.delete(key)
      else values.set(key, structuredClone(value))
      return value
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
