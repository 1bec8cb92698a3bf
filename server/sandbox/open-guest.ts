/**
 * Makes the context of a thread, with everything that scripts can use. It is made once, since that takes longer than most scripts. Its
 * memory is restored before each script, so that nothing of one is left for the next.
 */
import type { QuickJSHandle } from 'quickjs-emscripten-core'
import { Guest } from './guest.ts'
import { guestSource } from './guest-source.ts'
import type { Machine } from './machine.ts'
import { type Memory, type Snapshot, takeSnapshot } from './snapshot.ts'

/** Something that scripts can use besides the language. It takes memory, so it is only installed if the source mentions it. */
export interface Extension {
  readonly isNeededBy: RegExp
  readonly install: (guest: Guest) => void
}

/** Is called while a script runs. */
export interface Watcher {
  log(level: string, message: string): void
  /** Whether the time of the script is over. */
  isOver(): boolean
}

export interface OpenedGuest {
  readonly guest: Guest
  /** The functions that `guestSource` returns. */
  readonly inside: Readonly<Record<'begin' | 'keep' | 'finish' | 'describe', QuickJSHandle>>
  readonly hasPendingJob: () => boolean
  /** Restores the context and installs what the script needs. `seed` is a whole number, 0 or more. */
  prepare(source: string, seed: number, watcher: Watcher): void
}

/** QuickJS's limit of its stack, so that the deepest recursion still fits into the stack of the thread. */
const maxStackBytes = 256 * 1024

export function openGuest(machine: Machine, memoryMb: number, extensions: readonly Extension[]): OpenedGuest {
  const { memory } = machine
  let watcher: Watcher | undefined
  const runtime = machine.quickJs.newRuntime()
  runtime.setMemoryLimit(memoryMb * 1024 * 1024)
  runtime.setMaxStackSize(maxStackBytes)
  runtime.setInterruptHandler(() => watcher?.isOver() ?? false)
  machine.setClock(() => markMs)
  const guest = new Guest(runtime.newContext())
  const seedAt = findSeed(memory, guest)
  const log = guest.function('log', (level = '', message = '') => {
    watcher?.log(level, message)
    return undefined
  })
  const functions = guest.call(guest.evaluate(guestSource, 'guest.js'), log)
  const inside = {
    begin: guest.property(functions, 'begin'),
    keep: guest.property(functions, 'keep'),
    finish: guest.property(functions, 'finish'),
    describe: guest.property(functions, 'describe'),
  }
  const bare = takeSnapshot(memory)
  /** Snapshots by the installed extensions, with one bit for each. */
  const snapshots = new Map<number, Snapshot>([[0, bare]])

  const restore = (source: string): void => {
    const needed = extensions.filter(({ isNeededBy }) => isNeededBy.test(source))
    const key = needed.reduce((bits, extension) => bits | (1 << extensions.indexOf(extension)), 0)
    const known = snapshots.get(key)
    if (known) return known.restore()
    bare.restoreAll()
    for (const { install } of needed) install(guest)
    snapshots.set(key, takeSnapshot(memory))
  }

  return {
    guest,
    inside,
    hasPendingJob: () => runtime.hasPendingJob(),
    prepare(source, seed, next) {
      watcher = undefined
      restore(source)
      // With the seed 0, Xorshift returns only zeros.
      new DataView(memory.buffer).setBigUint64(seedAt, BigInt(seed) * microseconds || 1n, true)
      watcher = next
    },
  }
}

const microseconds = 1000n
/** A time that occurs nowhere else in a new context. */
const markMs = 86_413_579_246

/**
 * Finds the state of `Math.random` in the memory of a context. It is first set to the time at which the context is made, in microseconds,
 * and QuickJS has no function to set it.
 */
function findSeed(memory: Memory, { context }: Guest): number {
  const view = new DataView(memory.buffer)
  // The types leave it out.
  const { value: start }: { value: number } = Reflect.get(context, 'ctx')
  for (let at = start; at < start + 4096; at += 8) {
    if (view.getBigUint64(at, true) === BigInt(markMs) * microseconds) return at
  }
  throw new Error('This QuickJS keeps the seed of Math.random elsewhere: server/sandbox/open-guest.ts has to be told.')
}
