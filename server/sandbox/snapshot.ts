/**
 * What stands in the memory of a WebAssembly module, so that it can be put back. All that QuickJS knows is in there: each script
 * finds the very bytes that the one before it found.
 */

/** A module's memory, whose buffer is another one after it has grown. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

export interface Snapshot {
  /** What lies beyond was free then. The allocator reads nothing of that. */
  restore(): void
  /** Puts zeros there too, so that another snapshot can be taken. */
  restoreAll(): void
}

const pageBytes = 64 * 1024

/**
 * So many pages without a byte in them are the stack alone, which has 5 MB between what is static and the heap: nothing in it
 * outlives a call, and it is not copied. That saves nineteen twentieths of the work. Lists of zeros in the heap are shorter, since
 * QuickJS has hardly begun.
 */
const leastPagesOfStack = 32

/** To be taken between two calls of the module. */
export function takeSnapshot(memory: Memory): Snapshot {
  const parts = findParts(new Uint8Array(memory.buffer)).map(({ start, end }) => ({
    start,
    bytes: new Uint8Array(memory.buffer.slice(start, end)),
  }))
  const restore = () => {
    const all = new Uint8Array(memory.buffer)
    for (const { start, bytes } of parts) all.set(bytes, start)
  }
  return {
    restore,
    restoreAll() {
      const all = new Uint8Array(memory.buffer)
      // To write zeros where there are some would take memory of the machine.
      for (const page of pagesOf(all)) if (!isEmpty(page)) page.fill(0)
      restore()
    },
  }
}

/** Of which something is in use, with a page more at each side: static zeros may lie there. */
function findParts(bytes: Uint8Array): { start: number; end: number }[] {
  const parts: { start: number; end: number }[] = []
  for (const [index, page] of pagesOf(bytes).entries()) {
    if (isEmpty(page)) continue
    const start = Math.max(0, index - 1) * pageBytes
    const end = Math.min(bytes.length, (index + 2) * pageBytes)
    const last = parts.at(-1)
    if (last && start - last.end < leastPagesOfStack * pageBytes) last.end = end
    else parts.push({ start, end })
  }
  return parts
}

/** WebAssembly has whole ones. */
function pagesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / pageBytes }, (_, index) =>
    bytes.subarray(index * pageBytes, (index + 1) * pageBytes),
  )
}

const emptyPage = Buffer.alloc(pageBytes)

function isEmpty(page: Uint8Array): boolean {
  return emptyPage.equals(page)
}
