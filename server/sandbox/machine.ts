/** The engine of a thread: QuickJS, compiled to WebAssembly. */
import quickJsModule from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from 'quickjs-emscripten-core'
import type { Memory } from './snapshot.ts'

export interface Machine {
  readonly quickJs: QuickJSWASMModule
  /** All that it has: it grows to a maximum. */
  readonly memory: Memory
  /** Says what QuickJS asks for the time. */
  setClock(now: () => number): void
}

/** TypeScript has its types in the library of browsers alone. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

/** What QuickJS asks for at once. */
export const firstBytes = 16 * 1024 * 1024

const pageBytes = 64 * 1024

/** Beyond what a script may hold: what goes in and comes out, and QuickJS itself. */
const otherMb = 32

/** Its types are those of its CommonJS form, where the variant stands at `default`. */
const quickJsVariant = quickJsModule as unknown as typeof quickJsModule.default

export async function openMachine(memoryMb: number, setClock: Machine['setClock']): Promise<Machine> {
  const maximum = ((memoryMb + otherMb) * 1024 * 1024) / pageBytes
  const memory = new WebAssembly.Memory({ initial: firstBytes / pageBytes, maximum })
  const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(quickJsVariant, { wasmMemory: memory }))
  return { quickJs, memory, setClock }
}
