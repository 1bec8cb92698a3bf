/** The entry of a thread that runs scripts, one at a time. */
import { parentPort, workerData } from 'node:worker_threads'
import quickJsModule from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant } from 'quickjs-emscripten-core'
import { buffer } from './buffer.ts'
import { intl } from './intl.ts'
import type { FromThread, Job, Limits } from './messages.ts'
import { firstBytes, type Machine, runScript } from './run-script.ts'

/** TypeScript has its types in the library of browsers alone. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

const pageBytes = 64 * 1024

/** Beyond what a script may hold: what goes in and comes out, and QuickJS itself. */
const otherMb = 32

/** Its types are those of its CommonJS form, where the variant stands at `default`. */
const quickJsVariant = quickJsModule as unknown as typeof quickJsModule.default

async function openMachine({ memoryMb }: Limits): Promise<Machine> {
  const maximum = ((memoryMb + otherMb) * 1024 * 1024) / pageBytes
  const memory = new WebAssembly.Memory({ initial: firstBytes / pageBytes, maximum })
  const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(quickJsVariant, { wasmMemory: memory }))
  const setClock: Machine['setClock'] = (now) => {
    Date.now = now
  }
  return { quickJs, memory, setClock }
}

async function serve(port: NonNullable<typeof parentPort>): Promise<void> {
  // Where QuickJS asks how far local time is from UTC: scripts have no other time zone, wherever the server stands.
  Date.prototype.getTimezoneOffset = () => 0
  // What the pool starts it with.
  const limits = workerData as Limits
  const machine = await openMachine(limits)
  const answer = (message: FromThread) => port.postMessage(message)
  port.on('message', (job: Job) => answer(runScript(machine, limits, job, [buffer, intl])))
  answer('ready')
}

if (parentPort) await serve(parentPort)
