/** A running server, as commands speak to it: through its REST API, on this machine or on another. */
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { parseJson } from '../../engine/values/json.ts'
import { readServerFile, type ServerFile } from '../../server/server-file.ts'
import { readSettings } from '../../server/settings.ts'
import { callWrong } from '../refusals.ts'

export interface ServerOptions {
  /** Address of the application: `http://127.0.0.1:8090/applications/ID`. */
  readonly server?: string
  /** A file that has nothing but the token. */
  readonly tokenFile?: string
  /** Data folder of a server on this machine, which says both. */
  readonly data?: string
}

export interface StreamedEvent {
  readonly event: string
  readonly data: unknown
}

export interface RemoteServer {
  /** The address of the application, for messages. */
  readonly address: string
  /**
   * `path` begins behind the address: `/runs`. `what` names what is asked for, in case that the server has none: `run 42`. Throws
   * `CLI_CALL_WRONG` unless the answer is a success.
   */
  get(path: string, what: string): Promise<string>
  post(path: string, what: string, body: unknown): Promise<string>
  /** Resolves once the stream is open, with what it sends until it ends or is left. */
  stream(path: string, what: string): Promise<AsyncIterable<StreamedEvent>>
}

/** Not an argument, since every user of a machine can read command lines. */
export const tokenVariable = 'FLOWPOT_ADMIN_TOKEN'
export const serverVariable = 'FLOWPOT_SERVER'
const timeoutMs = 10_000

/**
 * The address comes from `--server` or the environment, and the token from `--token-file` or the environment. Without an address both come
 * from the data folder of a server that runs on this machine.
 */
export async function findServer(options: ServerOptions): Promise<RemoteServer> {
  const address = options.server ?? process.env[serverVariable]
  if (address !== undefined) {
    checkAddress(address)
    return connect(address.replace(/\/$/, ''), await readToken(options))
  }
  const { data } = readSettings(options.data === undefined ? {} : { data: options.data }, process.env)
  const { platform, applicationId, token } = readLocal(data)
  const hint = `If the server of ${data} was killed, start it again.`
  return connect(`${platform}/applications/${applicationId}`, token, hint)
}

function readLocal(data: string): ServerFile {
  const byAddress = `say its address with --server or ${serverVariable}.`
  let local: ServerFile | undefined
  try {
    local = readServerFile(data)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const hint = `Only the user who runs the server may read it. As another user, ${byAddress}`
    throw callWrong({ problem: `server.json in the data folder ${data} cannot be read: ${reason}` }, { cause, hint })
  }
  if (!local) {
    throw callWrong(
      { problem: `No server runs on the data folder ${data}.` },
      { hint: `Start it, say its data folder with --data, or ${byAddress}` },
    )
  }
  return local
}

function checkAddress(address: string): void {
  if (/^https?:\/\/[^/]+\/applications\/[0-9a-f]{24}\/?$/.test(address)) return
  const hint = 'The start of the server shows it: http://127.0.0.1:8090/applications/ and 24 characters.'
  throw callWrong({ problem: `"${address}" is not the address of an application on a server.` }, { hint })
}

async function readToken({ tokenFile }: ServerOptions): Promise<string> {
  const token = tokenFile === undefined ? process.env[tokenVariable] : await readTokenFile(tokenFile)
  if (token && /^[\x21-\x7e]+$/.test(token)) return token
  const hint = 'It is what the first start of the server printed, or a token with the scope all.Application.'
  const problem = token
    ? 'The token has spaces or characters that no token has.'
    : `A server answers administrators alone: the token is to be in ${tokenVariable}, or in the file that --token-file names.`
  throw callWrong({ problem }, { hint })
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw callWrong({ problem: `The token file ${file} cannot be read: ${reason}` }, { cause })
  }
}

/** Of an answer that has another shape than ours. */
export function otherVersion({ address }: RemoteServer): Error {
  return callWrong({ problem: `${address} answers otherwise than this version of flowpot expects.` })
}

/** `hint` is for when nothing answers. */
function connect(address: string, token: string, hint?: string): RemoteServer {
  const ask = async (path: string, what: string, init: RequestInit): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json', ...init.headers }
    const url = `${address}${path}`
    // A redirect must not take the token to another server.
    const response = await fetch(url, { redirect: 'error', ...init, headers }).catch((cause: unknown) => {
      throw unreachable(url, cause, hint)
    })
    if (!response.ok) throw await refused(address, what, response)
    return response
  }
  const inTime = () => AbortSignal.timeout(timeoutMs)
  return {
    address,
    get: async (path, what) => (await ask(path, what, { signal: inTime() })).text(),
    async post(path, what, body) {
      const headers = { 'content-type': 'application/json' }
      const response = await ask(path, what, { method: 'POST', headers, body: JSON.stringify(body), signal: inTime() })
      return response.text()
    },
    async stream(path, what) {
      const response = await ask(path, what, { headers: { accept: 'text/event-stream' } })
      // Boundary: the types of the web streams of Node and of fetch differ in name only.
      const body = response.body as ReadableStream<Uint8Array> | null
      return readEvents(body ? Readable.fromWeb(body) : Readable.from([]))
    },
  }
}

/** The server writes an event as two lines, `event: NAME` and `data: JSON`. */
async function* readEvents(body: Readable): AsyncIterable<StreamedEvent> {
  let event = ''
  try {
    for await (const line of createInterface({ input: body, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (line.startsWith('event: ')) event = line.slice('event: '.length)
      else if (line.startsWith('data: ')) yield { event, data: parseJson(line.slice('data: '.length)) }
    }
  } finally {
    // readline leaves its input open, and the connection would keep the process alive.
    body.destroy()
  }
}

function unreachable(url: string, cause: unknown, hint: string | undefined): Error {
  const deeper = cause instanceof Error ? cause.cause : undefined
  const reason = deeper instanceof Error ? deeper.message || deeper.name : String(cause)
  return callWrong({ problem: `${url} cannot be reached: ${reason}` }, { cause, ...(hint !== undefined && { hint }) })
}

async function refused(address: string, what: string, response: Response): Promise<Error> {
  if (response.status === 404) return callWrong({ problem: `${address} has no ${what}, or none any more.` })
  const reasons: Readonly<Record<number, string>> = {
    401: 'the token is not valid there.',
    403: 'the token does not have the scope all.Application.',
    421: 'it does not go by that name. FLOWPOT_PLATFORM_HOSTS lists the names that it answers to.',
  }
  const reason = reasons[response.status] ?? `the status is ${response.status}. ${await messageOf(response)}`.trim()
  return callWrong({ problem: `${address} refuses: ${reason}` })
}

async function messageOf(response: Response): Promise<string> {
  try {
    const body = parseJson(await response.text())
    return typeof body === 'object' && body !== null && 'message' in body ? String(body.message) : ''
  } catch {
    return ''
  }
}
