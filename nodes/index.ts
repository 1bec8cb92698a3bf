/** Every node type and trigger type there is. */
import type { NodeType } from '../engine/node.ts'
import type { TriggerType } from '../engine/trigger.ts'
import { api } from './data/api.ts'
import { createDevice } from './data/create-device.ts'
import { deleteDevice } from './data/delete-device.ts'
import { deviceState } from './data/device-state.ts'
import { gauge } from './data/gauge.ts'
import { getDevice } from './data/get-device.ts'
import { timeSeries } from './data/time-series.ts'
import { updateDevice } from './data/update-device.ts'
import { authenticate } from './experience/authenticate.ts'
import { createGroup } from './experience/create-group.ts'
import { createUser } from './experience/create-user.ts'
import { deleteUser } from './experience/delete-user.ts'
import { generateToken } from './experience/generate-token.ts'
import { getGroup } from './experience/get-group.ts'
import { getUser } from './experience/get-user.ts'
import { updateGroup } from './experience/update-group.ts'
import { updateUser } from './experience/update-user.ts'
import { verifyDevice } from './experience/verify-device.ts'
import { verifyGroup } from './experience/verify-group.ts'
import { conditional } from './logic/conditional.ts'
import { throwNode } from './logic/throw.ts'
import { debug } from './output/debug.ts'
import { deviceCommand } from './output/device-command.ts'
import { reply } from './output/reply.ts'
import { button } from './triggers/button.ts'
import { endpoint } from './triggers/endpoint.ts'
import { errorTrigger } from './triggers/error.ts'

export const nodeTypes: readonly NodeType[] = [
  conditional,
  throwNode,
  api,
  getDevice,
  createDevice,
  updateDevice,
  deleteDevice,
  deviceState,
  timeSeries,
  gauge,
  getUser,
  createUser,
  updateUser,
  deleteUser,
  authenticate,
  generateToken,
  verifyDevice,
  getGroup,
  createGroup,
  updateGroup,
  verifyGroup,
  reply,
  deviceCommand,
  debug,
]

export const triggerTypes: readonly TriggerType[] = [endpoint, errorTrigger, button]
