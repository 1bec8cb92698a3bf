/** Runs one script in a QuickJS runtime that is made for it and gone afterwards: nothing of it is left for the next. */
import type { QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten-core'
import type { ScriptLog } from '../engine/services.ts'
import { Guest, Thrown } from './guest.ts'
import { guestSource, linesBefore, wrapScript } from './guest-source.ts'
import { placeOfLoop, type ScriptPlace } from './loop-place.ts'
import type { Answer, Job, Limits } from './messages.ts'

/** What scripts run in. */
export interface Machine {
  readonly quickJs: QuickJSWASMModule
  /** All that it has: it grows to a maximum. */
  readonly memory: { readonly buffer: ArrayBuffer }
  /** Says what QuickJS asks for the time. */
  setClock(now: () => number): void
}

/** What a script may use beside the language; put into place where its source speaks of it, since that takes time. */
export interface Extension {
  readonly isNeededBy: RegExp
  readonly install: (guest: Guest) => void
}

/** How much of `console` is kept of one run. */
const maxLogs = 1_000
const maxLogCharacters = 64 * 1024

/** Of QuickJS's own: the deepest recursion that it allows stays within the stack that a thread has. */
const maxStackBytes = 256 * 1024

/** What QuickJS asks for at once. */
export const firstBytes = 16 * 1024 * 1024

const fileName = 'script.js'

export function runScript(machine: Machine, limits: Limits, job: Job, extensions: readonly Extension[]): Answer {
  const runtime = machine.quickJs.newRuntime()
  runtime.setMemoryLimit(limits.memoryMb * 1024 * 1024)
  runtime.setMaxStackSize(maxStackBytes)
  // A context seeds Math.random with the time at which it is made.
  machine.setClock(() => job.seed)
  const guest = new Guest(runtime.newContext())
  const began = performance.now()
  machine.setClock(() => Math.floor(job.now + performance.now() - began))
  let isOutOfTime = false
  runtime.setInterruptHandler(() => {
    isOutOfTime ||= performance.now() - began > limits.timeoutMs
    return isOutOfTime
  })

  const logs: ScriptLog[] = []
  const spent = (name: string, message: string, place?: ScriptPlace): Answer => ({
    logs,
    error: { name, message, ...place },
    isSpent: true,
  })
  const outOfTime = (place?: ScriptPlace) =>
    spent('TimeoutError', `The script took longer than ${limits.timeoutMs} ms.`, place)

  let describe: QuickJSHandle | undefined
  const run = (): Answer => {
    const inside = guest.call(guest.evaluate(guestSource, 'guest.js'), receiveLogs(guest, logs))
    describe = guest.property(inside, 'describe')
    for (const { isNeededBy, install } of extensions) if (isNeededBy.test(job.source)) install(guest)
    const left = guest.context.getString(runJob(guest, inside, job))
    if (runtime.hasPendingJob()) return spent('TypeError', 'A script is synchronous: nothing waits for its promises.')
    return { logs, json: left.slice(1), hasTime: left.startsWith('T') }
  }

  const explain = ({ value }: Thrown): Answer => {
    if (isOutOfTime) {
      // An own property of the error, which the script cannot have touched.
      const passed = placeIn(guest.context.getString(guest.property(value, 'stack')), job.source)
      return outOfTime(placeOfLoop(job.source, passed ?? { line: 0, column: 1 }))
    }
    const error = describe && describeThrown(guest, describe, value, job.source)
    if (isOutOfTime) return outOfTime()
    const isFull = machine.memory.buffer.byteLength > Math.max(firstBytes, (limits.memoryMb * 1024 * 1024) / 2)
    // Where there is no memory for an error either, QuickJS throws null.
    if (!error || error.message === 'out of memory' || (isFull && error.message === 'null')) {
      return spent('RangeError', `The script took more than ${limits.memoryMb} MB of memory.`, error?.place)
    }
    const { place, ...what } = error
    return { logs, error: { ...what, ...place }, isSpent: false }
  }

  let answer: Answer
  try {
    answer = run()
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    answer = explain(error)
  }
  // What a limit has cut short is not fit to be taken down.
  if (!('error' in answer) || !answer.isSpent) {
    guest.dispose()
    runtime.dispose()
  }
  return answer
}

function receiveLogs(guest: Guest, logs: ScriptLog[]): QuickJSHandle {
  let left = maxLogCharacters
  return guest.function('log', (level = '', message = '') => {
    if (left <= 0 || logs.length >= maxLogs) return undefined
    left -= message.length
    const isLast = left <= 0 || logs.length === maxLogs - 1
    if (isLast) logs.push({ level: 'warn', message: 'The script wrote more than is kept.' })
    else logs.push({ level: level === 'debug' || level === 'warn' ? level : 'info', message })
    return undefined
  })
}

/** What the script leaves, as `finish` writes it. */
function runJob(guest: Guest, inside: QuickJSHandle, { source, json, hasTime }: Job): QuickJSHandle {
  const { context } = guest
  const script = guest.evaluate(wrapScript(source), fileName)
  const payload = guest.call(guest.property(inside, 'begin'), guest.text(json), hasTime ? context.true : context.false)
  const returned = guest.call(script, payload, guest.property(inside, 'keep'))
  return guest.call(guest.property(inside, 'finish'), returned)
}

function describeThrown(guest: Guest, describe: QuickJSHandle, value: QuickJSHandle, source: string) {
  try {
    // As `describe` writes it.
    const [name, message, stack] = JSON.parse(guest.context.getString(guest.call(describe, value))) as string[]
    return { name: name ?? '', message: message ?? '', place: placeIn(stack ?? '', source) }
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    return undefined
  }
}

/** Where in the source the innermost function of a stack stood; `line` is 0 for the beginning of the script. */
function placeIn(stack: string, source: string): ScriptPlace | undefined {
  const [, line, column] = /\(script\.js:(\d+):(\d+)\)/.exec(stack) ?? []
  if (line === undefined) return undefined
  const place = { line: Number(line) - linesBefore, column: Number(column) }
  return place.line <= source.split('\n').length ? place : undefined
}
