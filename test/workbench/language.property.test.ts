/** At whatever character of whatever file an editor asks, it gets an answer. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { createFolderChecker } from '../../workbench/check-folder.ts'
import { complete } from '../../workbench/language/complete/complete.ts'
import { hover } from '../../workbench/language/hover.ts'
import { inlayTypes } from '../../workbench/language/inlay-types.ts'
import { languageFile } from '../../workbench/language/language-file.ts'
import { pathOf } from '../../workbench/language/language-folder.ts'
import { lensesOf } from '../../workbench/language/lenses.ts'
import { definitionsOf, nameAt, referencesTo, renameRange } from '../../workbench/language/navigate.ts'
import { templateTokens } from '../../workbench/language/semantic-tokens.ts'
import { writersAt } from '../../workbench/language/writers.ts'
import { damagedFlow } from '../engine/wrong-flows/any-wrong-flow.ts'

const kinds = fc.constantFrom('flow.yaml', 'flow.test.yaml', 'application.yaml')

test('answers about damaged files, at any character', () => {
  fc.assert(
    fc.property(damagedFlow, kinds, fc.array(fc.nat(), { minLength: 5, maxLength: 5 }), (flow, name, places) => {
      const { text } = flow
      const sources = [...(name === 'application.yaml' ? [] : [flow.application]), { file: name, text }]
      const file = languageFile(createFolderChecker()(sources), pathOf(name))
      if (!file) throw new Error('The file is not there.')
      const document = TextDocument.create('file:///x.yaml', 'yaml', 1, text)
      const place = (offset: number) => document.positionAt(offset)
      const isWithin = (start: number, end: number) => 0 <= start && start <= end && end <= text.length
      for (const offset of places.map((at) => at % (text.length + 1))) {
        for (const { textEdit } of complete(file, offset, { place, takesSnippets: true })) {
          if (!textEdit || !('range' in textEdit)) throw new Error('A completion has no place.')
          expect(document.offsetAt(textEdit.range.start)).toBeLessThanOrEqual(offset)
        }
        const told = hover(file, offset)
        if (told) expect(isWithin(told.start, told.end)).toBe(true)
        const found = nameAt(file, offset)
        if (found) {
          definitionsOf(file, found, String)
          expect(referencesTo(file, found, true, String).length).toBeGreaterThan(0)
        }
        renameRange(file, offset)
        writersAt(file, offset, String)
      }
      for (const { start, length } of templateTokens(text)) expect(isWithin(start, start + length)).toBe(true)
      inlayTypes(file, { start: place(0), end: place(text.length) }, place)
      lensesOf(file, 'file:///x.yaml', { isRunning: false }, place)
    }),
    // To shrink a flow takes longer than to read it whole.
    { numRuns: 150, endOnFailure: true },
  )
})
