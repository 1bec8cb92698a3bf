/** The real process, driven from outside: its standard output, its sockets, its signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const checkout = fileURLToPath(new URL('../..', import.meta.url))
const cli = join(checkout, 'dist/cli.js')

export interface Flowpot {
  readonly child: ChildProcess
  /** The lines that `start --json` printed, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly experience: string
  readonly platform: string
  readonly applicationId: string
  readonly adminToken: string | undefined
  errors(): string
  /** Sends the signal and waits for the end; the exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
}

export interface StartOptions {
  readonly data: string
  readonly folder?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What to start in place of the built CLI. */
  readonly command?: readonly [string, ...string[]]
}

/** Starts on free ports and waits for the line that says it is ready. */
export async function startFlowpot(options: StartOptions): Promise<Flowpot> {
  const {
    data,
    folder = join(checkout, 'flows'),
    args = [],
    env = {},
    command = [process.execPath, cli, 'start'],
  } = options
  const [program, ...programArgs] = command
  const ports = ['--port', '0', '--platform-port', '0']
  const child = spawn(program, [...programArgs, folder, '--json', '--data', data, ...ports, ...args], {
    cwd: checkout,
    env: { ...process.env, FLOWPOT_LOG_LEVEL: 'warn', DATABASE_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors = collect(child)
  const lines: Record<string, unknown>[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line))
    if (lines.some(({ ready }) => ready)) break
  }
  const url = (name: string) => String(lines.find(({ listening }) => listening === name)?.url)
  const ready = lines.find((line) => line.ready === true)
  if (!ready) throw new Error(`flowpot did not start: ${errors()}`)
  const admin = lines.find((line) => 'admin' in line)?.admin as { token: string } | undefined
  return {
    child,
    lines,
    experience: url('experience'),
    platform: url('platform'),
    applicationId: String(ready.applicationId),
    adminToken: admin?.token,
    errors,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit')
        child.kill(signal)
        await ended
      }
      return child.exitCode ?? child.signalCode
    },
  }
}

/** Runs the CLI to its end. */
export async function runCli(args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: options.cwd ?? checkout,
    env: { ...process.env, DATABASE_URL: '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors = collect(child)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const [code] = await once(child, 'close')
  return { code: Number(code), output, errors: errors() }
}

function collect(child: ChildProcess): () => string {
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  return () => text
}

/** A folder for the length of a test. */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'flowpot-test-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}

export interface Answer {
  readonly status: number
  readonly headers: Headers
  // What a server answers is not known beforehand; the assertions say what it must be.
  readonly body: unknown
}

export async function request(
  url: string,
  {
    method = 'GET',
    body,
    token,
    headers = {},
  }: { method?: string; body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return { status: response.status, headers: response.headers, body: isJson && text !== '' ? JSON.parse(text) : text }
}
