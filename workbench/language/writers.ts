/** Go to the nodes that write a path of the payload. */
import type { Location } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { LanguageFile } from './language-file.ts'
import { nodeAround, segmentsOf, shapesOf, writersOf } from './payload-at.ts'
import { templateWordAt } from './template-at.ts'
import { dataOf, nodeAt, readTree, scalarAt } from './yaml-place.ts'

export function writersAt(file: LanguageFile, offset: number, uriOf: (file: string) => string): readonly Location[] {
  const { file: name, text } = file.source
  const tree = file.kind === 'flow' ? readTree(name, text) : undefined
  const place = tree && scalarAt(tree, offset)
  const segments = segmentsOf(templateWordAt(text, offset)?.text ?? '')
  if (!tree || !place || !segments || segments.length === 0) return []
  const shapes = shapesOf(file, dataOf(tree))
  const node = nodeAround(shapes, place.path)
  const document = TextDocument.create(name, 'yaml', 0, text)
  return (node ? writersOf(shapes, node, segments.join('.'), file) : []).flatMap(({ at }) => {
    const [start, end] = nodeAt(tree, at)?.value?.range ?? []
    if (start === undefined || end === undefined) return []
    return [{ uri: uriOf(name), range: { start: document.positionAt(start), end: document.positionAt(end) } }]
  })
}
