/** The engine of a thread: QuickJS, compiled to WebAssembly. */
import quickJsModule from '@jitl/quickjs-wasmfile-release-sync'
import { newQuickJSWASMModuleFromVariant, newVariant, type QuickJSWASMModule } from 'quickjs-emscripten-core'
import type { Memory } from './snapshot.ts'

export interface Machine {
  readonly quickJs: QuickJSWASMModule
  /** All its memory, which grows up to a maximum. */
  readonly memory: Memory
  /** Sets the function that QuickJS asks for the time. */
  setClock(now: () => number): void
}

/** TypeScript only declares it in its library for browsers. */
declare const WebAssembly: {
  readonly Memory: new (pages: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer }
}

/** The memory that QuickJS has at the start. */
export const firstBytes = 16 * 1024 * 1024

const pageBytes = 64 * 1024

/** Memory besides that of the script: for its input and output, and for QuickJS itself. */
const otherMb = 32

/** Boundary: the package has the types of its CommonJS form, in which the variant is at `default`. */
const quickJsVariant = quickJsModule as unknown as typeof quickJsModule.default

export async function openMachine(memoryMb: number, setClock: Machine['setClock']): Promise<Machine> {
  const maximum = ((memoryMb + otherMb) * 1024 * 1024) / pageBytes
  const memory = new WebAssembly.Memory({ initial: firstBytes / pageBytes, maximum })
  const quickJs = await newQuickJSWASMModuleFromVariant(newVariant(quickJsVariant, { wasmMemory: memory }))
  return { quickJs, memory, setClock }
}
