import { describe, expect, test } from 'vitest'
import { readSettings } from '../../server/settings.ts'

const read = (FLOWPOT_SIGNING_KEY: string) => readSettings({}, { FLOWPOT_SIGNING_KEY }).signingKey

describe('a signing key', () => {
  test.each([
    '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    '83920174650193847562019384756102',
    'correct horse battery staple, and then some',
  ])('%s is taken', (key) => {
    expect(read(key)).toBe(key)
  })

  test.each([
    ['too short', 'Tr0ub4dor&3'],
    ['one character', 'a'.repeat(32)],
    ['two characters', 'ab'.repeat(40)],
    ['a word again and again', 'flowpot-flowpot-flowpot-flowpot-'],
    ['half of it twice, and a little', 'Q7x!pL2#vN9@kM4$Q7x!pL2#vN9@kM4$Q7'],
    ['few characters', 'aaaaaaaaaaaaaaaabbbbbbbbbcccccccc'],
  ])('that is %s is refused, and not shown', (_, key) => {
    const refused = () => read(key)
    expect(refused).toThrow('FLOWPOT_SIGNING_KEY is "…", but it must be at least 32 characters that nobody can guess')
    expect(refused).not.toThrow(key)
  })
})
