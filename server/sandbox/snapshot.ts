/**
 * Saves and restores the memory of a WebAssembly module. It holds the whole state of QuickJS, so each script starts with exactly the same
 * bytes.
 */

/** The memory of a module. When it grows, `buffer` is replaced. */
export interface Memory {
  readonly buffer: ArrayBuffer
}

export interface Snapshot {
  /** Does not touch memory that was free when the snapshot was taken, since the allocator does not read it. */
  restore(): void
  /** Also fills that memory with zeros, so that another snapshot can be taken. */
  restoreAll(): void
}

const pageBytes = 64 * 1024

/**
 * Only the stack has this many pages of zeros in a row: it takes 5 MB between the static data and the heap. Nothing in it outlives a call,
 * so it is not copied, which saves 95 % of the work. Zeros in the heap take fewer pages, since it is still small.
 */
const leastPagesOfStack = 32

/** Must not be called during a call of the module. */
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
      // Pages that are zero already are skipped: writing to them would make the system allocate them.
      for (const page of pagesOf(all)) if (!isEmpty(page)) page.fill(0)
      restore()
    },
  }
}

/** The parts that are in use, with one more page on each side, which may hold static zeros. */
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

/** The size of a WebAssembly memory is a whole number of pages. */
function pagesOf(bytes: Uint8Array): Uint8Array[] {
  return Array.from({ length: bytes.length / pageBytes }, (_, index) =>
    bytes.subarray(index * pageBytes, (index + 1) * pageBytes),
  )
}

const emptyPage = Buffer.alloc(pageBytes)

function isEmpty(page: Uint8Array): boolean {
  return emptyPage.equals(page)
}
