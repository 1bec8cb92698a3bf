/** A run that something other than a request starts. `runs/triggered-runs.ts` stores it until it has ended. */

/** What a run begins with, in Losant's words for a payload. */
export interface RunBegin {
  readonly data: unknown
  /** Milliseconds since 1970. */
  readonly time: number
  /** What fired: a device's ID, a topic. Defaults to the ID of the trigger. */
  readonly triggerId?: string
  readonly triggerType: string
  readonly relayId?: string
  readonly relayType?: string
  /** How many flows have started one another to get here. */
  readonly depth?: number
  readonly meta?: unknown
}

export interface TriggeredRun {
  readonly id: string
  /** The flow's trigger, unique in the application: `mail-owner/0/all`. */
  readonly trigger: string
  readonly flowId: string
  readonly begin: RunBegin
  /** How often the run has been tried. */
  readonly attempts: number
}
