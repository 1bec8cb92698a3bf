/**
 * What is sent for long ends with the token that opened it: its rights are checked again at every heartbeat, and as soon as the platform tells of a
 * change to the token, its key or its device.
 */
import type { FastifyInstance } from 'fastify'
import type { Actor } from '../../platform/auth/actor.ts'
import type { Platform } from '../../platform/platform.ts'

export const heartbeatMs = 15_000

export interface Followed {
  readonly actor: Actor
  /** Whether the token would still open it. */
  readonly isAllowed: () => Promise<boolean>
  /** Called at each check that it passes. */
  readonly goOn?: () => void
  readonly end: () => void
  /** Whether it ends at once when the server closes. What does not may be sent to its end meanwhile. */
  readonly endsWithServer: boolean
}

export interface TokenFollower {
  readonly count: number
  readonly isClosing: boolean
  /** Returns what stops following. */
  follow(followed: Followed): () => void
}

export function followTokens(app: FastifyInstance, { events, log }: Pick<Platform, 'events' | 'log'>): TokenFollower {
  const all = new Set<Followed>()
  let isClosing = false

  const check = ({ isAllowed, goOn, end }: Followed): void => {
    isAllowed().then(
      (isStill) => (isStill ? goOn?.() : end()),
      (err) => {
        log.error({ err }, 'The rights of a stream could not be checked, so it was ended')
        end()
      },
    )
  }
  const checkThose = (isConcerned: (actor: Actor) => boolean): void => {
    for (const followed of all) if (isConcerned(followed.actor)) check(followed)
  }
  const isDevice = (actor: Actor, deviceId: string) => actor.kind === 'device' && actor.deviceId === deviceId
  const unfollow = [
    events.on('apiTokenChanged', ({ apiTokenId }) =>
      checkThose((actor) => actor.kind === 'apiToken' && actor.apiTokenId === apiTokenId),
    ),
    events.on('keyChanged', ({ applicationKeyId }) =>
      checkThose((actor) => actor.kind === 'device' && actor.applicationKeyId === applicationKeyId),
    ),
    events.on('deviceChanged', ({ deviceId }) => checkThose((actor) => isDevice(actor, deviceId))),
    events.on('deviceDeleted', ({ deviceId }) => checkThose((actor) => isDevice(actor, deviceId))),
  ]
  app.addHook('preClose', (done) => {
    isClosing = true
    for (const stop of unfollow) stop()
    for (const { endsWithServer, end } of all) if (endsWithServer) end()
    done()
  })

  return {
    get count() {
      return all.size
    },
    get isClosing() {
      return isClosing
    },
    follow(followed) {
      const heartbeat = setInterval(() => check(followed), heartbeatMs)
      all.add(followed)
      return () => {
        clearInterval(heartbeat)
        all.delete(followed)
      }
    },
  }
}
