/** Every node type and trigger type there is. */
import type { NodeType } from '../engine/node.ts'
import type { TriggerType } from '../engine/trigger.ts'
import { api } from './data/api.ts'
import { createDevice } from './data/create-device/create-device.ts'
import { deleteDevice } from './data/delete-device.ts'
import { deviceState } from './data/device-state.ts'
import { gauge } from './data/gauge/gauge.ts'
import { getDevice } from './data/get-device/get-device.ts'
import { getValue } from './data/get-value.ts'
import { http } from './data/http/http.ts'
import { mongo } from './data/mongo/mongo.ts'
import { redis } from './data/redis/redis.ts'
import { sql } from './data/sql.ts'
import { storeValue } from './data/store-value.ts'
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
import { array } from './logic/array/array.ts'
import { base64Decode } from './logic/base64-decode.ts'
import { base64Encode } from './logic/base64-encode.ts'
import { conditional } from './logic/conditional.ts'
import { cryptoSign } from './logic/crypto-sign.ts'
import { cryptoVerify } from './logic/crypto-verify.ts'
import { csvDecode } from './logic/csv-decode.ts'
import { csvEncode } from './logic/csv-encode.ts'
import { customNode } from './logic/custom-node.ts'
import { dateTime } from './logic/date-time/date-time.ts'
import { delay } from './logic/delay.ts'
import { functionNode } from './logic/function/function.ts'
import { generateId } from './logic/generate-id/generate-id.ts'
import { geofence } from './logic/geofence.ts'
import { hash } from './logic/hash.ts'
import { htmlParser } from './logic/html-parser/html-parser.ts'
import { jsonDecode } from './logic/json-decode.ts'
import { jsonEncode } from './logic/json-encode.ts'
import { jwtCreate } from './logic/jwt-create.ts'
import { jwtDecode } from './logic/jwt-decode.ts'
import { jwtVerify } from './logic/jwt-verify.ts'
import { latch } from './logic/latch.ts'
import { loop } from './logic/loop.ts'
import { math } from './logic/math.ts'
import { mutate } from './logic/mutate.ts'
import { object } from './logic/object/object.ts'
import { onChange } from './logic/on-change/on-change.ts'
import { randomNumber } from './logic/random-number.ts'
import { returnNode } from './logic/return.ts'
import { string } from './logic/string/string.ts'
import { switchNode } from './logic/switch.ts'
import { throttle } from './logic/throttle.ts'
import { throwNode } from './logic/throw.ts'
import { timeRange } from './logic/time-range.ts'
import { validatePayload } from './logic/validate-payload/validate-payload.ts'
import { debug } from './output/debug.ts'
import { deviceCommand } from './output/device-command.ts'
import { email } from './output/email.ts'
import { mqtt } from './output/mqtt.ts'
import { reply } from './output/reply.ts'
import { workflowTrigger } from './output/workflow-trigger.ts'
import { button } from './triggers/button.ts'
import { customNodeTrigger } from './triggers/custom-node.ts'
import { deviceConnect } from './triggers/device-connect.ts'
import { deviceCreated } from './triggers/device-created.ts'
import { deviceDisconnect } from './triggers/device-disconnect.ts'
import { deviceInactivity } from './triggers/device-inactivity.ts'
import { deviceState as deviceStateTrigger } from './triggers/device-state.ts'
import { endpoint } from './triggers/endpoint.ts'
import { errorTrigger } from './triggers/error.ts'
import { mqttTrigger } from './triggers/mqtt.ts'
import { timer } from './triggers/timer.ts'
import { webhook } from './triggers/webhook.ts'

export const nodeTypes: readonly NodeType[] = [
  conditional,
  switchNode,
  loop,
  customNode,
  returnNode,
  latch,
  onChange,
  throttle,
  throwNode,
  mutate,
  math,
  string,
  array,
  object,
  jsonEncode,
  jsonDecode,
  base64Encode,
  base64Decode,
  csvEncode,
  csvDecode,
  htmlParser,
  timeRange,
  geofence,
  validatePayload,
  dateTime,
  hash,
  cryptoSign,
  cryptoVerify,
  jwtCreate,
  jwtVerify,
  jwtDecode,
  generateId,
  randomNumber,
  functionNode,
  delay,
  getValue,
  storeValue,
  api,
  http,
  sql,
  redis,
  mongo,
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
  email,
  mqtt,
  workflowTrigger,
  debug,
]

export const triggerTypes: readonly TriggerType[] = [
  endpoint,
  deviceStateTrigger,
  deviceConnect,
  deviceDisconnect,
  deviceInactivity,
  deviceCreated,
  timer,
  webhook,
  mqttTrigger,
  errorTrigger,
  button,
  customNodeTrigger,
]
