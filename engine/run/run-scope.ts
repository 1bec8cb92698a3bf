import type { CompiledTrigger, Limits } from '../application.ts'
import type { LinkedTrigger } from './linked-flow.ts'

/** What the runs of an application share. */
export interface RunScope {
  readonly applicationName: string
  readonly globals: Readonly<Record<string, unknown>>
  readonly secrets: Readonly<Record<string, string>> | undefined
  readonly limits: Limits
  /** Error triggers that fire when a run of `trigger` throws. */
  errorTriggersFor(trigger: CompiledTrigger): readonly LinkedTrigger[]
}
