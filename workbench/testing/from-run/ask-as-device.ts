/** The steps by which a test makes a request as a device: it creates a key, signs in with it, and sends the token. */
import { isMap } from '../../../engine/values/is-map.ts'
import type { Step } from './write-draft.ts'

/** `device` made the recorded request, if a device did. The test seeds it. */
export function askAsDevice(action: Step, device: Readonly<Record<string, unknown>> | undefined): readonly Step[] {
  const { request } = action
  if (!device || !isMap(request)) return [action]
  const { id } = device
  const headers = { ...(isMap(request.headers) ? request.headers : {}), authorization: 'Bearer << saved.token >>' }
  return [
    {
      call: 'applicationKeys.post',
      with: { applicationKey: { deviceIds: [id] } },
      save: { key: 'result.key', secret: 'result.secret' },
    },
    {
      call: 'auth.authenticateDevice',
      with: { credentials: { deviceId: id, key: '<< saved.key >>', secret: '<< saved.secret >>' } },
      save: { token: 'result.token' },
    },
    { request: { ...request, headers } },
  ]
}
