/** What every floor of the platform needs: the store, the time, new IDs, and the events. */
import type { Clock } from '../../contracts/clock.ts'
import type { Random } from '../../contracts/random.ts'
import type { Store } from '../store/store.ts'
import type { Events } from './events.ts'
import type { PlatformLog } from './log.ts'

export interface Base {
  readonly store: Store
  readonly applicationId: string
  readonly clock: Clock
  readonly random: Random
  /** A new ID, which sorts after those made before it. */
  readonly newId: () => string
  readonly events: Events
  readonly log: PlatformLog
}
