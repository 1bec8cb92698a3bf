/** What a run acts with: the platform, and what leaves the process. */
import type { Effects, Services } from '../../engine/services.ts'
import { flowActor } from '../../platform/auth/actor.ts'
import type { Platform } from '../../platform/platform.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import { createStorage } from '../../platform/storage/storage.ts'

/** Addresses whose services are kept. */
const MOST_ADDRESSES = 1000

/**
 * Returns what gives the services of a run that was asked for from `address`, or from within without one: making them
 * anew took 10 µs a request.
 */
export function createServices(platform: Platform, effects: Effects): (address?: string) => Services {
  const { users } = platform
  const storage = createStorage(platform)
  const make = (address?: string): Services => ({
    ...effects,
    api: (call, params) => callAction(platform, flowActor, call, params, address),
    users: {
      verifyPassword: (email, password) => users.verifyPassword(email, password, address),
      verifyToken: async (token) => (await users.verifyToken(token))?.user ?? null,
      signToken: users.signToken,
    },
    clock: platform.clock,
    random: platform.random,
    storage,
  })
  const made = new Map<string | undefined, Services>()
  return (address) => {
    const known = made.get(address)
    if (known) return known
    if (made.size >= MOST_ADDRESSES) made.clear()
    const services = make(address)
    made.set(address, services)
    return services
  }
}
