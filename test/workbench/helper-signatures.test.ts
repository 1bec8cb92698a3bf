import { expect, test } from 'vitest'
import { helperNames } from '../../engine/templates/template.ts'
import { helperSignatures } from '../../workbench/language/helper-signatures.ts'

test('editors know the signature of every helper, and of no other', () => {
  expect(Object.keys(helperSignatures).sort()).toEqual([...helperNames].sort())
  for (const [name, { signature }] of Object.entries(helperSignatures)) {
    expect(signature.replace('#', '').split(' ')[0]).toBe(name)
  }
})
