/** Presses a button of a flow on a running server. */
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { parseJson } from '../../engine/values/json.ts'
import { callWrong } from '../refusals.ts'
import { otherVersion, type RemoteServer } from './remote-server.ts'

export interface Press {
  readonly button: string
  /** The flow's ID, which is needed if several flows have a button of this name. */
  readonly flow: string | undefined
  /** `data` of the run; `{}` if it is not given. */
  readonly payload?: unknown
  /** Whether to resolve only when the run has ended. */
  readonly waits: boolean
}

const Pressed = Type.Object({ runId: Type.String() })
const Ended = Type.Object({ id: Type.String() })
const Flows = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      triggers: Type.Array(Type.Object({ type: Type.String(), label: Type.String() })),
    }),
  ),
})

/** Resolves with the run's ID. Throws `CLI_CALL_WRONG` if there is no such button, or more than one. */
export async function pressButton(server: RemoteServer, { button, flow, payload, waits }: Press): Promise<string> {
  const flowId = await findButton(server, button, flow)
  // It is opened first, since the run may end before the press is answered. While it is open, every run is recorded whole.
  const runs = waits ? await server.stream('/runs', 'runs') : undefined
  const path = `/flows/${encodeURIComponent(flowId)}/virtualButton`
  const body = { key: button, ...(payload === undefined ? {} : { payload }) }
  const answer = parseJson(await server.post(path, `button "${button}"`, body))
  if (!Check(Pressed, answer)) throw otherVersion(server)
  const { runId } = answer
  if (runs) for await (const { data } of runs) if (Check(Ended, data) && data.id === runId) break
  return runId
}

/** The ID of the flow that has the button. */
async function findButton(server: RemoteServer, button: string, flow: string | undefined): Promise<string> {
  const listed = parseJson(await server.get('/flows', 'flows'))
  if (!Check(Flows, listed)) throw otherVersion(server)
  const buttons = listed.items.flatMap(({ id, triggers }) =>
    triggers.filter(({ type }) => type === 'button').map(({ label }) => ({ flow: id, label })),
  )
  const found = buttons.filter(({ flow: id, label }) => label === button && (flow === undefined || id === flow))
  const [only, another] = found
  if (only && !another) return only.flow
  const listOf = (shown: typeof buttons) => shown.map(({ flow, label }) => `"${label}" of ${flow}`).join(', ')
  throw only
    ? callWrong(
        { problem: `Several flows have a button "${button}".` },
        { hint: `Say which one with --flow. There are: ${listOf(found)}.` },
      )
    : callWrong({ problem: `No flow has a button "${button}".` }, { hint: `There are: ${listOf(buttons) || 'none'}.` })
}
