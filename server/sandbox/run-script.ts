/** Runs one script, in a context without traces of earlier scripts. */
import type { QuickJSHandle } from 'quickjs-emscripten-core'
import type { ScriptLog } from '../../engine/services.ts'
import { type Guest, Thrown } from './guest.ts'
import { linesBefore, wrapScript } from './guest-source.ts'
import { placeOfLoop, type ScriptPlace } from './loop-place.ts'
import { firstBytes, type Machine } from './machine.ts'
import type { Answer, Job, Limits } from './messages.ts'
import type { OpenedGuest } from './open-guest.ts'

/** How much of the output to `console` is kept for one run. */
const maxLogs = 1_000
const maxLogCharacters = 64 * 1024

const fileName = 'script.js'

export function runScript(machine: Machine, opened: OpenedGuest, limits: Limits, job: Job): Answer {
  const { guest, inside } = opened
  const { logs, write } = collectLogs()
  let isOutOfTime = false
  opened.prepare(job.source, job.seed, {
    log: write,
    isOver() {
      isOutOfTime ||= performance.now() - began > limits.timeoutMs
      return isOutOfTime
    },
  })
  const began = performance.now()
  machine.setClock(() => Math.floor(job.now + performance.now() - began))

  const failed = (name: string, message: string, place?: ScriptPlace): Answer => ({
    logs,
    error: { name, message, ...place },
  })
  const outOfTime = (place?: ScriptPlace) =>
    failed('TimeoutError', `The script took longer than ${limits.timeoutMs} ms.`, place)

  const explain = ({ value }: Thrown): Answer => {
    if (isOutOfTime) {
      // `stack` is an own property of the error, which the script cannot have changed.
      const passed = placeIn(guest.context.getString(guest.property(value, 'stack')), job.source)
      return outOfTime(placeOfLoop(job.source, passed ?? { line: 0, column: 1 }))
    }
    const error = describeThrown(guest, inside.describe, value, job.source)
    if (isOutOfTime) return outOfTime()
    // If there is not even memory for an error, QuickJS throws null.
    if (!error || error.message === 'out of memory' || (hasGrown(machine, limits) && error.message === 'null')) {
      return failed('RangeError', `The script took more than ${limits.memoryMb} MB of memory.`, error?.place)
    }
    return failed(error.name, error.message, error.place)
  }

  try {
    const left = guest.context.getString(runJob(opened, job))
    if (!opened.hasPendingJob()) return { logs, json: left.slice(1), hasTime: left.startsWith('T') }
    return failed('TypeError', 'A script is synchronous: nothing waits for its promises.')
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    return explain(error)
  }
}

/** Whether the memory has grown to half of what a script may hold, or more. */
export function hasGrown({ memory }: Machine, { memoryMb }: Limits): boolean {
  return memory.buffer.byteLength > Math.max(firstBytes, (memoryMb * 1024 * 1024) / 2)
}

function collectLogs(): { logs: ScriptLog[]; write(level: string, message: string): void } {
  const logs: ScriptLog[] = []
  let left = maxLogCharacters
  return {
    logs,
    write(level, message) {
      if (left <= 0 || logs.length >= maxLogs) return
      left -= message.length
      const isLast = left <= 0 || logs.length === maxLogs - 1
      if (isLast) logs.push({ level: 'warn', message: 'The script wrote more than is kept.' })
      else logs.push({ level: level === 'debug' || level === 'warn' ? level : 'info', message })
    },
  }
}

/** Runs the script. Returns its payload as `finish` writes it. */
function runJob({ guest, inside }: OpenedGuest, { source, json, hasTime }: Job): QuickJSHandle {
  const { context } = guest
  const script = guest.evaluate(wrapScript(source), fileName)
  const payload = guest.call(inside.begin, guest.text(json), hasTime ? context.true : context.false)
  return guest.call(inside.finish, guest.call(script, payload, inside.keep))
}

function describeThrown(guest: Guest, describe: QuickJSHandle, value: QuickJSHandle, source: string) {
  try {
    // Boundary: `describe` has written the JSON.
    const [name, message, stack] = JSON.parse(guest.context.getString(guest.call(describe, value))) as string[]
    return { name: name ?? '', message: message ?? '', place: placeIn(stack ?? '', source) }
  } catch (error) {
    if (!(error instanceof Thrown)) throw error
    return undefined
  }
}

/** The place in the source of a stack's innermost call. `line` is 0 at the beginning of the script. */
function placeIn(stack: string, source: string): ScriptPlace | undefined {
  const [, line, column] = /\(script\.js:(\d+):(\d+)\)/.exec(stack) ?? []
  if (line === undefined) return undefined
  const place = { line: Number(line) - linesBefore, column: Number(column) }
  return place.line <= source.split('\n').length ? place : undefined
}
