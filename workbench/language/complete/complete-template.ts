/** What may be written between `<<` and `>>`: paths of the payload, helpers, and values that earlier steps of a test saved. */
import type { CompletionItem } from 'vscode-languageserver'
import { type Shape, shapeAt } from '../../../engine/json-schema/shape.ts'
import { helperNames } from '../../../engine/templates/template.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { helperSignatures } from '../helper-signatures.ts'
import type { LanguageFile } from '../language-file.ts'
import { describeShape, nodeAround, segmentsOf, shapesOf } from '../payload-at.ts'
import { valueAt } from '../yaml-place.ts'
import { type Cursor, isStandIn } from './cursor.ts'
import { type Editing, kinds, type Suggestion, toItem } from './items.ts'

/** `inside` is what stands between the opening and the cursor. */
export function completeTemplate(
  file: LanguageFile,
  cursor: Cursor,
  inside: string,
  editing: Editing,
): readonly CompletionItem[] {
  const [word = ''] = /[\w.@[\]-]*$/.exec(inside) ?? []
  const before = inside.slice(0, inside.length - word.length)
  const isBlock = before.endsWith('#')
  const mayBeHelper = isBlock || /(?:^|[(~])\s*$/.test(before)
  const wordStart = cursor.wordStart + cursor.word.length - word.length

  const dot = word.lastIndexOf('.')
  const above = segmentsOf(dot === -1 ? '' : word.slice(0, dot))
  const paths = isBlock || !above ? [] : pathsBelow(file, cursor, above)
  const helpers = mayBeHelper && dot === -1 ? helperSuggestions(isBlock, before.trimEnd().endsWith('(')) : []
  return [...paths, ...helpers].map((suggestion) => toItem(suggestion, cursor, editing, wordStart + dot + 1))
}

function pathsBelow(file: LanguageFile, cursor: Cursor, above: readonly string[]): readonly Suggestion[] {
  const payload = file.kind === 'tests' ? knownToTest(cursor) : payloadAt(file, cursor)
  const shape = payload && shapeAt(payload, above)
  if (shape?.kind === 'list') return [{ label: '0', kind: kinds.path, detail: describeShape(shape.items) }]
  if (shape?.kind !== 'object') return []
  return [...shape.keys]
    .filter(([key]) => !isStandIn(key))
    .map(([key, below]) => ({
      label: key,
      kind: kinds.path,
      detail: describeShape(below),
      text: /^[^\s!"#%-,./;->@[-^`{-~]+$/.test(key) ? key : `[${key}]`,
      rank: 1,
    }))
}

export function payloadAt(file: LanguageFile, { raw, path }: Pick<Cursor, 'raw' | 'path'>): Shape | undefined {
  const shapes = shapesOf(file, raw)
  const node = nodeAround(shapes, path)
  return node && shapes.before.get(node)
}

/** Templates of a test read what steps save, and the user who asks. */
function knownToTest({ raw, path }: Cursor): Shape {
  const test = valueAt(raw, path.slice(0, 1))
  const steps = isMap(test) ? [test, ...(Array.isArray(test.steps) ? test.steps : [])] : []
  const names = steps.flatMap((step: unknown) => (isMap(step) && isMap(step.save) ? Object.keys(step.save) : []))
  const unknown: Shape = { kind: 'anything' }
  const user: Shape = {
    kind: 'object',
    keys: new Map(['id', 'email'].map((key) => [key, { kind: 'scalar' }])),
    open: true,
  }
  const saved: Shape = { kind: 'object', keys: new Map(names.map((name) => [name, unknown])), open: false }
  return {
    kind: 'object',
    keys: new Map([
      ['saved', saved],
      ['user', user],
    ]),
    open: false,
  }
}

function helperSuggestions(isBlock: boolean, isSubexpression: boolean): readonly Suggestion[] {
  return helperNames.flatMap((name): Suggestion[] => {
    const { signature = name, summary } = helperSignatures[name] ?? {}
    const needsBlock = signature.startsWith('#')
    if (isBlock && !needsBlock) return []
    return [
      {
        label: name,
        kind: kinds.helper,
        detail: signature,
        documentation: summary,
        text: needsBlock && !isBlock && !isSubexpression ? `#${name}` : name,
        rank: 3,
      },
    ]
  })
}
