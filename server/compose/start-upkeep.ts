import type { Platform } from '../../platform/platform.ts'
import type { Settings } from '../settings.ts'
import { startSystems } from './compute-systems.ts'
import { startExpiry } from './expire-states.ts'
import { startValueExpiry } from './expire-values.ts'
import type { Parts } from './parts.ts'

/** Starts what the server does with its store by itself: it deletes what has expired and computes the attributes of systems. */
export function startUpkeep(parts: Parts, platform: Platform, settings: Settings): void {
  parts.add({ drain: startExpiry(platform, settings) })
  parts.add({ drain: startValueExpiry(platform) })
  parts.add({ drain: startSystems(platform) })
}
