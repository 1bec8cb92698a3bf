/**
 * The one context of a thread, with all in place that scripts find beside the language. It is made once, which takes longer than
 * most scripts do; its memory is put back before each of them, so nothing of one is left for the next.
 */
import type { QuickJSHandle } from 'quickjs-emscripten-core'
import { Guest } from './guest.ts'
import { guestSource } from './guest-source.ts'
import type { Machine } from './machine.ts'
import { type Memory, type Snapshot, takeSnapshot } from './snapshot.ts'

/** What a script may use beside the language; put into place where its source speaks of it, since it takes memory. */
export interface Extension {
  readonly isNeededBy: RegExp
  readonly install: (guest: Guest) => void
}

/** Who is asked while a script runs. */
export interface Watcher {
  log(level: string, message: string): void
  /** Whether the script has had its time. */
  isOver(): boolean
}

export interface OpenedGuest {
  readonly guest: Guest
  /** As `guestSource` returns them. */
  readonly inside: Readonly<Record<'begin' | 'keep' | 'finish' | 'describe', QuickJSHandle>>
  readonly hasPendingJob: () => boolean
  /** Makes all as it was before any script, with what this one needs. `seed` is a whole number from 0 on. */
  prepare(source: string, seed: number, watcher: Watcher): void
}

/** Of QuickJS's own: the deepest recursion that it allows stays within the stack that a thread has. */
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
  /** By the extensions that are in place: one bit each. */
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
      // Xorshift gives nothing but 0 for 0.
      new DataView(memory.buffer).setBigUint64(seedAt, BigInt(seed) * microseconds || 1n, true)
      watcher = next
    },
  }
}

const microseconds = 1000n
/** A time that no other word of a context is. */
const markMs = 86_413_579_246

/**
 * Where a context has what its Math.random goes on from. It begins with the time at which the context is made, in
 * microseconds, and QuickJS has no other way to set it.
 */
function findSeed(memory: Memory, { context }: Guest): number {
  const view = new DataView(memory.buffer)
  // It is there, but not in the types.
  const { value: start }: { value: number } = Reflect.get(context, 'ctx')
  for (let at = start; at < start + 4096; at += 8) {
    if (view.getBigUint64(at, true) === BigInt(markMs) * microseconds) return at
  }
  throw new Error('This QuickJS keeps the seed of Math.random elsewhere: server/sandbox/open-guest.ts has to be told.')
}
