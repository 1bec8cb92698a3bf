/** Every resource of the REST API: the platform's, and what needs flows and their runs. */
import type { Resource } from '../../platform/resource.ts'
import { resources } from '../../platform/resources/catalogue.ts'
import { application } from './application.ts'
import { flow } from './flow.ts'
import { flows } from './flows.ts'
import type { RestContext } from './rest-context.ts'
import { run } from './run.ts'
import { runs } from './runs.ts'

/** A resource of both stands in it twice. */
export const restResources: readonly Resource<RestContext>[] = [...resources, application, flow, flows, run, runs]
