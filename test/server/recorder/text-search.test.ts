/** Many texts are found in another at once. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTextSearch } from '../../../server/recorder/text-search.ts'

/** The same, as plainly as it can be said: each character that is part of a text that was found. */
function foundPlainly(texts: readonly string[], within: string): boolean[] {
  const isFound = Array.from(within, () => false)
  for (const text of texts) {
    for (let at = within.indexOf(text); at !== -1; at = within.indexOf(text, at + 1))
      isFound.fill(true, at, at + text.length)
  }
  return isFound
}

describe('A search for texts', () => {
  test.each([
    ['nothing', [], 'abc', 'abc'],
    ['one', ['bc'], 'abcabc', 'a#a#'],
    ['one within another', ['abc', 'b'], 'abc b', '# #'],
    ['two that overlap', ['abcd', 'cdef'], 'xabcdefx', 'x#x'],
    ['one that overlaps itself', ['aba'], 'xababax', 'x#x'],
    ['two in a row', ['ab', 'cd'], 'abcd', '##'],
    ['one that another begins like', ['abcx', 'bcd'], 'abcd', 'a#'],
    ['characters past Latin-1', ['žluť', '🌱'], 'o žluť 🌱', 'o # #'],
  ])('replaces %s', (_, texts, within, expected) => {
    expect(createTextSearch(texts).replaceIn(within, '#')).toBe(expected)
  })

  test('finds whatever there is to find', () => {
    const few = fc.string({ unit: fc.constantFrom('a', 'b', 'ž'), minLength: 1, maxLength: 5 })
    const long = fc.string({ unit: fc.constantFrom('a', 'b', 'ž', 'x'), maxLength: 40 })
    fc.assert(
      fc.property(fc.array(few, { maxLength: 8 }), long, (texts, within) => {
        const isFound = foundPlainly(texts, within)
        const search = createTextSearch(texts)
        expect(search.isIn(within)).toBe(isFound.includes(true))
        const left = Array.from(within).filter((_, index) => !isFound[index])
        expect(search.replaceIn(within, '#').replaceAll('#', '')).toBe(left.join(''))
      }),
    )
  })

  test('says how much of a text is begun at the end', () => {
    const search = createTextSearch(['secret', 'tea'])
    expect(['a secr', 'a te', 'a secret', 'none'].map((text) => search.begunAtEnd(text))).toEqual([4, 2, 6, 0])
  })
})
