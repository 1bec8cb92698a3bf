/** Takes a state that a device has published. */
import { FlowpotError } from '../../contracts/errors.ts'
import { parseJson, UnreadableJson } from '../../engine/values/json.ts'
import { reportState } from '../../platform/state/report-state.ts'
import type { BrokerContext } from './context.ts'
import type { Session } from './session.ts'
import { tellDevice } from './tell-device.ts'

/**
 * Resolves once the state is stored, or once it is clear that it can never be stored. In that case it is dropped, since a
 * device that got no acknowledgement would send the same state for ever. Rejects if the store cannot take it now: then a
 * state of QoS 1 is not acknowledged and the connection ends, since MQTT 3.1.1 has a device send again only on a new
 * connection (4.4).
 */
export function receiveState(
  context: BrokerContext,
  session: Session,
  deviceId: string,
  payload: Buffer,
  qos: number,
): Promise<void> {
  const { platform, limits } = context
  if (payload.length > limits.messageBytes) {
    return drop(context, session, deviceId, `A state is larger than ${limits.messageBytes} bytes.`)
  }
  let body: unknown
  try {
    body = parseJson(payload.toString())
  } catch (error) {
    return drop(context, session, deviceId, refusalOf(error))
  }
  return reportState(platform, deviceId, body, { type: 'device', id: session.deviceId }).then(
    ({ dropped }) => {
      if (dropped.length > 0) session.droppedMessages++
    },
    (error: unknown) => {
      if (error instanceof FlowpotError && error.status < 500) return drop(context, session, deviceId, error.message)
      context.warn({ err: error, deviceId, qos }, 'A state was not stored')
      // QoS 0 means "at most once", so the device waits for no acknowledgement.
      if (qos > 0) throw error
    },
  )
}

/** Notes in both logs that a message is accepted but not used. */
export async function drop(context: BrokerContext, session: Session, deviceId: string, reason: string): Promise<void> {
  session.droppedMessages++
  context.warn({ deviceId, reason, ...session.origin }, 'A message was dropped')
  await tellDevice(context, deviceId, reason)
}

/** Leaves out the parser's message, since it quotes what was sent and this goes into the log. */
function refusalOf(error: unknown): string {
  if (error instanceof UnreadableJson && error.fault !== 'syntax') return `A state cannot be taken: ${error.message}`
  return 'A state is not JSON.'
}
