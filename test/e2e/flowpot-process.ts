/** The real process, driven from outside: its standard output, its sockets, its signals. */
import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

export const checkout = fileURLToPath(new URL('../..', import.meta.url))
/** What is tested: the built product, or the one that `.ci/packed` has installed, on the Node that it names. */
const node = process.env.FLOWPOT_TEST_NODE ?? process.execPath
const cli = process.env.FLOWPOT_TEST_CLI ?? join(checkout, 'dist/cli.js')

/** What a process prints, from its start on. */
export interface Output {
  text(): string
  /** Waits for the next match, after the previous one. Rejects if the process ends without one. */
  until(pattern: RegExp): Promise<string>
}

export interface Flowpot {
  readonly child: ChildProcess
  /** The lines that `start --json` printed until it was ready, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly experience: string
  readonly platform: string
  readonly mqtt: string
  readonly applicationId: string
  readonly adminToken: string | undefined
  readonly stdout: Output
  readonly stderr: Output
  errors(): string
  /** Sends the signal and waits for the process to end. Returns its exit code, or the signal that ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>
  /** Waits until the process has ended and all of its output is read. */
  ended(): Promise<number | NodeJS.Signals | null>
}

export interface StartOptions {
  readonly data: string
  readonly folder?: string
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What to start instead of the built CLI. */
  readonly command?: readonly [string, ...string[]]
  readonly cwd?: string
  /** In a process group of its own, as a shell would start it. */
  readonly detached?: boolean
  /** Contains the process while it runs. */
  readonly living?: Set<ChildProcess> | undefined
}

/** Starts on free ports and waits for the line that says it is ready. */
export async function startFlowpot(options: StartOptions): Promise<Flowpot> {
  const {
    data,
    folder = join(checkout, 'flows'),
    args = [],
    env = {},
    command = [node, cli, 'start'],
    cwd = checkout,
    detached = false,
    living,
  } = options
  const [program, ...programArgs] = command
  const ports = ['--port', '0', '--platform-port', '0', '--mqtt-port', '0']
  const { child, stdout, stderr, ended } = start(
    program,
    [...programArgs, folder, '--json', '--data', data, ...ports, ...args],
    { cwd, env: { FLOWPOT_LOG_LEVEL: 'warn', ...env }, detached, living },
  )
  await stdout.until(/^\{"ready":true.*\}\n/m).catch(async () => {
    throw new Error(`flowpot did not start (${await ended()}): ${stderr.text()}${stdout.text()}`)
  })
  // npm prints lines of its own.
  const printed = stdout.text().match(/^\{.*\}$/gm) ?? []
  const lines: Record<string, unknown>[] = printed.map((line) => JSON.parse(line))
  const url = (name: string) => String(lines.find(({ listening }) => listening === name)?.url)
  const admin = lines.find((line) => 'admin' in line)?.admin as { token: string } | undefined
  return {
    child,
    lines,
    experience: url('experience'),
    platform: url('platform'),
    mqtt: url('mqtt'),
    applicationId: String(lines.find(({ ready }) => ready === true)?.applicationId),
    adminToken: admin?.token,
    stdout,
    stderr,
    errors: stderr.text,
    ended,
    stop(signal = 'SIGTERM') {
      child.kill(signal)
      return ended()
    },
  }
}

/** Runs the CLI to its end. `input` comes in at its standard input. */
export async function runCli(
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; input?: string } = {},
) {
  const { stdout, stderr, ended } = startCli(args, options)
  const code = await ended()
  return { code: Number(code), output: stdout.text(), errors: stderr.text() }
}

/** Starts the CLI without waiting for anything. */
export function startCli(args: readonly string[], options: Partial<SpawnOptions> = {}) {
  return start(node, [cli, ...args], { cwd: checkout, ...options })
}

type SpawnOptions = Pick<StartOptions, 'env' | 'detached' | 'living'> & {
  readonly cwd: string
  /** What comes in at its standard input, which then ends. */
  readonly input?: string
  /** Leaves its standard input open. */
  readonly isSpokenTo?: boolean
}

function start(program: string, args: readonly string[], options: SpawnOptions) {
  const { cwd, env = {}, detached = false, living, input, isSpokenTo = false } = options
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, DATABASE_URL: '', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached,
  })
  // It may end without having read it.
  child.stdin.on('error', () => undefined)
  if (!isSpokenTo) child.stdin.end(input)
  living?.add(child)
  const closed = once(child, 'close').finally(() => living?.delete(child))
  const ended = async () => {
    await closed
    return child.exitCode ?? child.signalCode
  }
  return { child, stdout: watchOutput(child.stdout), stderr: watchOutput(child.stderr), ended }
}

function watchOutput(stream: Readable): Output {
  let text = ''
  let seen = 0
  let isEnded = false
  const changes = new EventEmitter()
  stream.setEncoding('utf8')
  stream.on('data', (part: string) => {
    text += part
    changes.emit('change')
  })
  stream.on('close', () => {
    isEnded = true
    changes.emit('change')
  })
  return {
    text: () => text,
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(text.slice(seen))
        if (match) {
          seen += match.index + match[0].length
          return match[0]
        }
        if (isEnded) throw new Error(`The process ended without ${pattern}: ${text}`)
        await once(changes, 'change')
      }
    },
  }
}

/** A folder for the length of a test, with these files in it. */
export async function temporaryFolder(
  files: Readonly<Record<string, string>> = {},
): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'flowpot-test-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
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
