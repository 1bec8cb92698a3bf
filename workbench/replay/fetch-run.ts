/** Gets a recorded run from the server that recorded it. */
import { callWrong } from '../refusals.ts'

/** Holds the token of an administrator. It is not an argument, since every user of a machine can read command lines. */
const tokenVariable = 'FLOWPOT_ADMIN_TOKEN'
const timeoutMs = 10_000

/** `server` is the address of the application there: `http://127.0.0.1:8090/applications/ID`. The record as JSON. */
export async function fetchRun(server: string, id: string): Promise<string> {
  const token = process.env[tokenVariable]
  if (!token) {
    const hint = 'It is what the first start of the server printed, or a token with the scope all.Application.'
    throw callWrong(
      { problem: `A server shows runs to administrators alone: ${tokenVariable} is to have the token.` },
      { hint },
    )
  }
  if (!/^https?:\/\/[^/]+\/applications\/[0-9a-f]{24}\/?$/.test(server)) {
    const hint = 'The start of the server shows it: http://127.0.0.1:8090/applications/ and 24 characters.'
    throw callWrong({ problem: `--server is "${server}", but it must be the address of an application.` }, { hint })
  }
  const response = await ask(`${server.replace(/\/$/, '')}/runs/${encodeURIComponent(id)}`, token)
  if (response.status === 200) return response.text()
  const reasons: Readonly<Record<number, string>> = {
    401: `the token in ${tokenVariable} is not valid there.`,
    403: `the token in ${tokenVariable} has not the scope all.Application.`,
    404: 'it has no such run, or none any more.',
  }
  throw callWrong(
    {
      problem: `${server} does not show the run ${id}: ${reasons[response.status] ?? `it answers ${response.status}.`}`,
    },
    response.status === 404 ? { hint: `${server}/runs lists the runs that it has.` } : {},
  )
}

async function ask(url: string, token: string): Promise<Response> {
  try {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
    // A redirect must not take the token to another server.
    return await fetch(url, { headers, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  } catch (cause) {
    const { cause: deeper } = cause instanceof Error ? cause : { cause: undefined }
    const reason = deeper instanceof Error ? deeper.message : String(cause)
    throw callWrong({ problem: `${url} cannot be reached: ${reason}` }, { cause })
  }
}
