/**
 * Finds any of many texts within another in one pass, by the automaton of Aho and Corasick (1975). The time of a regular expression or of
 * `indexOf` may be the product of the two lengths, as for `aaa…b` in `aaa…`.
 */

/** Where a text was found: `[start, end)`. */
type Range = readonly [start: number, end: number]

export interface TextSearch {
  isIn(text: string): boolean
  /** Replaces everything that is found with `by`. Texts that overlap are replaced together, so that no part of one is left. */
  replaceIn(text: string, by: string): string
  /** How many characters at the end of `text` begin one of the texts. */
  begunAtEnd(text: string): number
}

export function createTextSearch(texts: Iterable<string>): TextSearch {
  const { next, foundAt, depthAt } = buildAutomaton([...texts])

  const rangesIn = (text: string): readonly Range[] => {
    const ranges: Range[] = []
    let node = 0
    for (let end = 1; end <= text.length; end++) {
      node = next(node, text.charCodeAt(end - 1))
      const found = foundAt(node)
      if (found === 0) continue
      let start = end - found
      for (let last = ranges.at(-1); last && last[1] > start; last = ranges.at(-1)) {
        start = Math.min(start, last[0])
        ranges.pop()
      }
      ranges.push([start, end])
    }
    return ranges
  }

  return {
    isIn: (text) => rangesIn(text).length > 0,
    replaceIn(text, by) {
      const ranges = rangesIn(text)
      if (ranges.length === 0) return text
      let out = ''
      let at = 0
      for (const [start, end] of ranges) {
        out += text.slice(at, start) + by
        at = end
      }
      return out + text.slice(at)
    },
    begunAtEnd(text) {
      let node = 0
      for (let index = 0; index < text.length; index++) node = next(node, text.charCodeAt(index))
      return depthAt(node)
    },
  }
}

/**
 * The nodes are the beginnings of the texts, in order of length; node 0 is the empty one. Since the texts are sorted, the children of a node lie
 * next to each other in the order of their characters. That keeps the automaton in flat arrays, and no text can make a lookup slow, as it could
 * make one in a hash table.
 */
function buildAutomaton(texts: string[]) {
  const sorted = texts.sort()
  const most = sorted.reduce((sum, { length }) => sum + length, 1)
  /** The character that leads to a node from its parent. */
  const codes = new Uint16Array(most)
  const depths = new Int32Array(most)
  /** The children of a node are those from here to where the children of the node after it begin. */
  const children = new Int32Array(most + 1)
  /** The node of the longest other beginning that a node's text ends with. */
  const fallbacks = new Int32Array(most)
  /** The length of the longest text that a node's text ends with, or 0. */
  const found = new Int32Array(most)
  /** The sorted texts that begin with a node's text. */
  const from = new Int32Array(most)
  const to = new Int32Array(most)
  const at = (array: Int32Array | Uint16Array, index: number): number => array[index] ?? 0

  /** The children of the first node. Most characters begin no text, so this lookup is the fastest. */
  const firsts = new Int32Array(256)

  /** Returns 0 if there is none, since no node leads back to the first. */
  const childOf = (node: number, code: number): number => {
    let low = at(children, node)
    const end = at(children, node + 1)
    for (let high = end; low < high; ) {
      const middle = (low + high) >>> 1
      if (at(codes, middle) < code) low = middle + 1
      else high = middle
    }
    return low < end && at(codes, low) === code ? low : 0
  }

  const next = (node: number, code: number): number => {
    for (let current = node; current !== 0; current = at(fallbacks, current)) {
      const child = childOf(current, code)
      if (child !== 0) return child
    }
    return code < firsts.length ? at(firsts, code) : childOf(0, code)
  }

  let count = 1
  to[0] = sorted.length
  for (let node = 0; node < count; node++) {
    const depth = at(depths, node)
    if (depth > 0) found[node] = at(found, at(fallbacks, node))
    children[node] = count
    for (let index = at(from, node); index < at(to, node); index++) {
      const text = sorted[index] ?? ''
      if (text.length === depth) {
        found[node] = depth
        continue
      }
      const code = text.charCodeAt(depth)
      const isNew = count === at(children, node) || at(codes, count - 1) !== code
      if (isNew) {
        codes[count] = code
        depths[count] = depth + 1
        from[count] = index
        if (node === 0 && code < firsts.length) firsts[code] = count
        // The fallback's text is shorter, so its children are known already.
        fallbacks[count] = node === 0 ? 0 : next(at(fallbacks, node), code)
        count++
      }
      to[count - 1] = index + 1
    }
    children[node + 1] = count
  }
  return { next, foundAt: (node: number) => at(found, node), depthAt: (node: number) => at(depths, node) }
}
