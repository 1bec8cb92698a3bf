/** Makes the services of a run from the platform and the effects. */
import { createTurn } from '../../engine/run/turns.ts'
import type { Effects, Services } from '../../engine/services.ts'
import { flowActor } from '../../platform/auth/actor.ts'
import { networkOf } from '../../platform/auth/network.ts'
import type { Platform } from '../../platform/platform.ts'
import { callAction } from '../../platform/resources/call-action.ts'
import { createStorage } from '../../platform/storage/storage.ts'

/** For how many addresses services are cached. */
const MOST_ADDRESSES = 1000

/**
 * The returned function makes the services of a run for the address that its request came from, or without an address for a run that no request
 * started. They are cached, since making them took 10 µs per request.
 */
export function createServices(platform: Platform, effects: Effects): (address?: string) => Services {
  const { users } = platform
  const turn = createTurn()
  /** SQLite answers without waiting, so a flow that asks it a thousand times in a row would block all other runs. */
  const fairly = async <Answer>(asked: Promise<Answer>): Promise<Answer> => {
    const answer = await asked
    if (turn.isOver()) await turn.next()
    return answer
  }
  const storage = createStorage(platform)
  const make = (address?: string): Services => ({
    ...effects,
    ...(address === undefined ? {} : { script: scriptsOf(effects, networkOf(address)) }),
    api: (call, params) => fairly(callAction(platform, flowActor, call, params, address)),
    users: {
      verifyPassword: (email, password) => users.verifyPassword(email, password, address),
      verifyToken: async (token) => (await users.verifyToken(token))?.user ?? null,
      signToken: users.signToken,
    },
    clock: platform.clock,
    random: platform.random,
    storage: { ...storage, get: (slot) => fairly(storage.get(slot)), list: (scope) => fairly(storage.list(scope)) },
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

function scriptsOf({ script }: Effects, network: string): Effects['script'] {
  return (request) => script({ ...request, network })
}
