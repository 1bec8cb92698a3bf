/**
 * Runs scripts in a few threads, which are started when they are first needed.
 *
 *   waiting ──its turn, and a thread is free──▶ running ──its answer, or its end──▶ settled
 *      └────────aborted, or refused───────────────┴──aborted: the thread is ended──▶ rejected
 *
 * One more thread is kept for scripts that are not yet running for the same network. Otherwise others would wait behind a slow script that is
 * called often: with two cores, a turn may take as long as a script may.
 */
import { setMaxListeners } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { defineError } from '../../contracts/errors.ts'
import type { ScriptFailure, ScriptOutcome, ScriptRequest } from '../../engine/services.ts'
import { parseJson } from '../../engine/values/json.ts'
import { type Answer, type FromThread, type Job, type Limits, maxJsonCharacters } from './messages.ts'
import { createScriptTurns, type LaneTask, sharesLane } from './script-turns.ts'

export const tooManyScripts = defineError(
  'SCRIPT_TOO_MANY',
  503,
  () => 'Too many scripts are waiting to be run. Try again in a moment.',
)

export interface ScriptPool {
  /** Rejects if `signal` is aborted or the pool is closed, and with `SCRIPT_TOO_MANY` (503). Failures of the script are outcomes. */
  readonly run: (request: ScriptRequest) => Promise<ScriptOutcome>
  /** Ends the threads and the scripts that run in them. */
  close(): Promise<void>
}

export interface ScriptPoolOptions extends Limits {
  /** How many threads there are. By default, and with 0, one for each core, from 2 to 8. */
  readonly threads?: number
  /** How many scripts may wait. */
  readonly maxWaiting?: number
}

const coreThreads = Math.min(8, Math.max(2, availableParallelism()))

/** How long a script that has used up its time may take to stop. After that its thread is ended, since QuickJS does not stop within a long built-in call. */
const graceMs = 500

/** QuickJS recurses on the stack of the thread; see `maxStackBytes`. The heap holds the text of a payload several times. */
const resourceLimits = { stackSizeMb: 16, maxOldGenerationSizeMb: 128 }

interface Task extends LaneTask {
  readonly job: Job
  readonly settle: (outcome: ScriptOutcome) => void
  readonly reject: (error: unknown) => void
}

interface Thread {
  readonly worker: Worker
  task: Task | undefined
  isReady: boolean
  timer: NodeJS.Timeout | undefined
}

export function createScriptPool({ threads: given = 0, maxWaiting = 100, ...limits }: ScriptPoolOptions): ScriptPool {
  const maxThreads = given || coreThreads
  const threads = new Set<Thread>()
  const waiting = createScriptTurns<Task>(maxWaiting)
  const ending = new Set<Promise<unknown>>()
  let isClosed = false

  const startNext = (): void => {
    while (startOne()) {
      // Goes on until nothing more can be started.
    }
  }

  const startOne = (): boolean => {
    const running = [...threads].flatMap(({ task }) => task ?? [])
    if (running.length > maxThreads) return false
    const isSpare = running.length === maxThreads
    const task = waiting.shift((next) => !isSpare || !running.some((other) => sharesLane(next, other)))
    if (!task) return false
    const thread = [...threads].find((candidate) => !candidate.task) ?? open()
    thread.task = task
    // The thread keeps the process alive only while it works.
    thread.worker.ref()
    if (thread.isReady) begin(thread, task)
    // Starting a thread takes a while, so the spare one is started before it is needed.
    if (running.length + 1 === maxThreads && threads.size === maxThreads) open()
    return true
  }

  const begin = (thread: Thread, { job, settle }: Task): void => {
    thread.worker.postMessage(job)
    thread.timer = setTimeout(() => {
      settle(timedOut(limits))
      end(thread)
    }, limits.timeoutMs + graceMs)
  }

  const open = (): Thread => {
    const thread: Thread = { worker: startThread(limits), task: undefined, isReady: false, timer: undefined }
    threads.add(thread)
    let cause: unknown
    thread.worker.on('message', (message: FromThread) => {
      if (message === 'ready') {
        thread.isReady = true
        if (thread.task) begin(thread, thread.task)
        return
      }
      thread.task?.settle(outcomeOf(message.answer))
      if (message.isSpent) end(thread)
      else free(thread)
    })
    thread.worker.on('error', (error) => {
      cause = error
    })
    thread.worker.on('exit', () => {
      thread.task?.settle(lost(cause))
      end(thread)
    })
    return thread
  }

  const free = (thread: Thread): void => {
    clearTimeout(thread.timer)
    thread.task = undefined
    thread.worker.unref()
    startNext()
  }

  /** A new thread is started when there is something to do. */
  const end = (thread: Thread): void => {
    threads.delete(thread)
    clearTimeout(thread.timer)
    thread.task = undefined
    const forget = () => ending.delete(ended)
    const ended: Promise<unknown> = thread.worker.terminate().then(forget, forget)
    ending.add(ended)
    startNext()
  }

  const run = ({ payload, signal, source, now, seed, network }: ScriptRequest): Promise<ScriptOutcome> => {
    const json = JSON.stringify(payload) ?? ''
    if (json.length > maxJsonCharacters) return Promise.resolve(tooLarge)
    return new Promise((resolve, reject) => {
      const abort = () => {
        reject(signal.reason)
        waiting.delete(task)
        for (const thread of threads) if (thread.task === task) end(thread)
      }
      const task: Task = {
        source,
        network,
        job: { source, now, seed, json, hasTime: hasTime(payload) },
        settle(outcome) {
          signal.removeEventListener('abort', abort)
          resolve(outcome)
        },
        reject(error) {
          signal.removeEventListener('abort', abort)
          reject(error)
        },
      }
      if (isClosed) return reject(new Error('The server is closing.'))
      if (signal.aborted) return reject(signal.reason)
      // The branches of one run share a signal, and may be many.
      setMaxListeners(0, signal)
      signal.addEventListener('abort', abort, { once: true })
      waiting.push(task)?.reject(tooManyScripts({}, { headers: { 'retry-after': '5' } }))
      startNext()
    })
  }

  return {
    run,
    async close() {
      isClosed = true
      const tasks = [...waiting.clear(), ...[...threads].flatMap(({ task }) => task ?? [])]
      for (const { reject } of tasks) reject(new Error('The server is closing.'))
      for (const thread of threads) end(thread)
      await Promise.all(ending)
    },
  }
}

/** When the server runs from its sources, as in tests and `npm run dev`, the thread must first load what reads TypeScript. */
function startThread(workerData: Limits): Worker {
  const options = { name: 'scripts', workerData, resourceLimits, env: {} }
  const worker = import.meta.url.endsWith('.ts')
    ? new Worker(importing('./script-thread.ts'), { ...options, eval: true, execArgv: [] })
    : new Worker(new URL('./script-thread.js', import.meta.url), options)
  worker.unref()
  return worker
}

function importing(file: string): string {
  return `import('tsx/esm/api').then(({ register }) => (register(), import('${new URL(file, import.meta.url)}')))`
}

function outcomeOf(answer: Answer): ScriptOutcome {
  const { logs } = answer
  if ('error' in answer) return { logs, error: answer.error }
  if (answer.json === '') return { logs, payload: undefined }
  try {
    const payload = parseJson(answer.json)
    return { logs, payload: answer.hasTime ? withTime(payload) : payload }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return { logs, error: { name: 'TypeError', message: `What the script leaves cannot be a payload. ${why}` } }
  }
}

function hasTime(payload: unknown): boolean {
  return typeof payload === 'object' && payload !== null && 'time' in payload && payload.time instanceof Date
}

/** Restores the date, which JSON has as a text. */
function withTime(payload: unknown): unknown {
  const { time } = payload as { time: string | null }
  return Object.assign(payload as object, { time: time === null ? null : new Date(time) })
}

function timedOut({ timeoutMs }: Limits): ScriptOutcome {
  return failed({ name: 'TimeoutError', message: `The script took longer than ${timeoutMs} ms.` })
}

function lost(cause: unknown): ScriptOutcome {
  const why = cause instanceof Error ? `: ${cause.message}` : '.'
  return failed({ name: 'Error', message: `The thread that ran the script has ended${why}` })
}

const tooLarge = failed({
  name: 'RangeError',
  message: `A script is given at most ${maxJsonCharacters} characters of JSON.`,
})

function failed(error: ScriptFailure): ScriptOutcome {
  return { logs: [], error }
}
