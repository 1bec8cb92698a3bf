import type { Application, RunLog } from '../../engine/application.ts'
import type { Services } from '../../engine/services.ts'
import type { ActionContext } from '../../platform/resource.ts'
import type { Recorder } from '../recorder/recorder.ts'

/** What the actions of the server have besides the platform. */
export interface RestContext extends ActionContext {
  /** The application that serves at this moment. */
  readonly application: () => Application
  /** OpenAPI document of its endpoints. */
  readonly describeEndpoints: () => object
  readonly runs: Pick<Recorder, 'list' | 'find' | 'watchRuns' | 'watchLogs'>
  /** What a run acts with, for who asks from this address. */
  readonly services: (address?: string) => Services
  readonly runLog: RunLog
}
