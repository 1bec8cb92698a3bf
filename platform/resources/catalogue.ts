/** All resources of the platform and their actions. */
import type { ActionDescription } from '../../contracts/actions.ts'
import type { Action, Named, Resource } from '../resource.ts'
import { application } from './application.ts'
import { applicationApiToken } from './application-api-token.ts'
import { applicationApiTokens } from './application-api-tokens.ts'
import { applicationKey } from './application-key.ts'
import { applicationKeys } from './application-keys.ts'
import { auth } from './auth.ts'
import { data } from './data/data.ts'
import { device } from './device/device.ts'
import { deviceAttribute } from './device-attribute.ts'
import { deviceAttributes } from './device-attributes.ts'
import { devices } from './devices.ts'
import { experienceGroup } from './experience-group.ts'
import { experienceGroups } from './experience-groups.ts'
import { experienceUser } from './experience-user.ts'
import { experienceUsers } from './experience-users.ts'
import { flow } from './flow.ts'

export const resources: readonly Resource[] = [
  application,
  applicationApiToken,
  applicationApiTokens,
  applicationKey,
  applicationKeys,
  auth,
  data,
  device,
  deviceAttribute,
  deviceAttributes,
  devices,
  experienceGroup,
  experienceGroups,
  experienceUser,
  experienceUsers,
  flow,
]

/** Actions by call: `devices.post`. */
export const actionsByCall: ReadonlyMap<string, Named<Action>> = new Map(
  resources.flatMap((resource) =>
    Object.entries(resource.actions).map(([name, action]) => [
      `${resource.name}.${name}`,
      { resource: resource.name, name, called: action },
    ]),
  ),
)

/** What editors and checks need to know of every action, by call. */
export function describeActions(): Readonly<Record<string, ActionDescription>> {
  return Object.fromEntries(
    [...actionsByCall].map(([call, { called }]) => [
      call,
      { summary: called.summary, params: { ...called.params }, result: { ...called.result } },
    ]),
  )
}
