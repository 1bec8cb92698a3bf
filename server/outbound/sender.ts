/** What the clients of other people's servers have in common. */
import type { Effects } from '../../engine/services.ts'

/** Carries out one effect of flows, on connections that it keeps for the next time. */
export interface Sender<Effect extends keyof Effects> {
  /** Rejects as `Effects` says. */
  readonly send: Effects[Effect]
  /** Ends the connections to every server. */
  close(): Promise<void>
}

/** How large an answer may be, in bytes, if nothing else is set. */
export const defaultMaxBytes = 5 * 1024 * 1024
