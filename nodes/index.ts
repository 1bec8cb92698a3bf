/** Every node type and trigger type there is. */
import type { NodeType } from '../engine/node.ts'
import type { TriggerType } from '../engine/trigger.ts'
import { api } from './data/api.ts'
import { authenticate } from './experience/authenticate.ts'
import { createUser } from './experience/create-user.ts'
import { generateToken } from './experience/generate-token.ts'
import { getUser } from './experience/get-user.ts'
import { conditional } from './logic/conditional.ts'
import { throwNode } from './logic/throw.ts'
import { debug } from './output/debug.ts'
import { reply } from './output/reply.ts'
import { button } from './triggers/button.ts'
import { endpoint } from './triggers/endpoint.ts'
import { errorTrigger } from './triggers/error.ts'

export const nodeTypes: readonly NodeType[] = [
  conditional,
  throwNode,
  api,
  getUser,
  createUser,
  authenticate,
  generateToken,
  reply,
  debug,
]

export const triggerTypes: readonly TriggerType[] = [endpoint, errorTrigger, button]
