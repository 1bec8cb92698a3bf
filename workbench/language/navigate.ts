/** Where a name is defined and used, and how it is changed everywhere. */

import type { Location, Range, TextEdit } from 'vscode-languageserver'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { isScalar, type Node as YamlNode } from 'yaml'
import { idPattern, reservedIds } from '../../engine/flow/read-nodes.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import { renameRefused } from '../refusals.ts'
import type { LanguageFile } from './language-file.ts'
import { type Name, type Occurrence, occurrencesIn } from './occurrences.ts'
import { nodeAt, readSoundTree, readTree, scalarAt } from './yaml-place.ts'

type UriOf = (file: string) => string

/** The name at a character of the file. */
export function nameAt(file: LanguageFile, offset: number): Occurrence | undefined {
  const tree = readTree(file.source.file, file.source.text)
  const place = tree && scalarAt(tree, offset)
  if (!place) return undefined
  return occurrencesIn([file.source], file.checked).find(
    ({ path, isKey }) =>
      isKey === place.isKey &&
      path.length === place.path.length &&
      path.every((segment, i) => segment === place.path[i]),
  )
}

export function sameNames(file: LanguageFile, name: Name): readonly Occurrence[] {
  return occurrencesIn(file.sources, file.checked).filter(
    (other) => other.kind === name.kind && other.scope === name.scope && other.name === name.name,
  )
}

export function definitionsOf(file: LanguageFile, name: Name, uriOf: UriOf): readonly Location[] {
  if (name.kind === 'flow') {
    const flow = file.checked.documents.find(({ source }) => source.file.endsWith(`${name.name}.yaml`))
    const start = { line: 0, character: 0 }
    return flow ? [{ uri: uriOf(flow.source.file), range: { start, end: start } }] : []
  }
  const all = sameNames(file, name)
  const defined = all.filter(({ isDefinition }) => isDefinition)
  return locate(file, defined.length > 0 ? defined : all, uriOf)
}

export function referencesTo(
  file: LanguageFile,
  name: Name,
  includeDefinition: boolean,
  uriOf: UriOf,
): readonly Location[] {
  return locate(
    file,
    sameNames(file, name).filter(({ isDefinition }) => includeDefinition || !isDefinition),
    uriOf,
  )
}

function locate(file: LanguageFile, occurrences: readonly Occurrence[], uriOf: UriOf): readonly Location[] {
  return occurrences.flatMap((occurrence) => {
    const source = file.sources.find((one) => one.file === occurrence.file)
    const range = source && rangeOf(source, occurrence)
    return range ? [{ uri: uriOf(occurrence.file), range }] : []
  })
}

function rangeOf(source: SourceFile, occurrence: Occurrence): Range | undefined {
  const written = writtenAt(source, occurrence)
  if (!written) return undefined
  const text = textOf(source)
  return { start: text.positionAt(written.start), end: text.positionAt(written.end) }
}

interface Written {
  readonly start: number
  readonly end: number
  readonly isQuoted: boolean
}

/** The characters of the name itself, without quotes and without the flow before it. */
function writtenAt(source: SourceFile, { path, isKey, lead }: Occurrence): Written | undefined {
  const tree = readTree(source.file, source.text)
  const found = tree && nodeAt(tree, path)
  const node: YamlNode | undefined = isKey ? found?.key : found?.value
  if (!isScalar(node) || !node.range) return undefined
  const isQuoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE'
  const [start, end] = node.range
  return { start: start + (isQuoted ? 1 : 0) + lead, end: end - (isQuoted ? 1 : 0), isQuoted }
}

const textOf = ({ file, text }: SourceFile) => TextDocument.create(file, 'yaml', 0, text)

/** What a rename would change at this place; `undefined` where no name stands that can be changed. */
export function renameRange(file: LanguageFile, offset: number): Range | undefined {
  const name = nameAt(file, offset)
  return name && name.kind !== 'flow' ? rangeOf(file.source, name) : undefined
}

/** The changes of each file by its address. Throws `LANGUAGE_RENAME_REFUSED` if the name would not do. */
export function rename(
  file: LanguageFile,
  offset: number,
  to: string,
  uriOf: UriOf,
): Readonly<Record<string, TextEdit[]>> {
  const name = nameAt(file, offset)
  if (!name || name.kind === 'flow') throw renameRefused({ reason: 'Here stands no name that can be changed.' })
  refuseUnfit(file, name, to)
  const changes: Record<string, TextEdit[]> = {}
  for (const occurrence of sameNames(file, name)) {
    const source = file.sources.find((one) => one.file === occurrence.file)
    if (!source) continue
    if (!readSoundTree(source.file, source.text)) {
      throw renameRefused({
        reason: `${source.file} is not well-formed YAML, so the name cannot be changed there. Mend it first.`,
      })
    }
    const written = writtenAt(source, occurrence)
    if (!written) continue
    const text = textOf(source)
    const range = { start: text.positionAt(written.start), end: text.positionAt(written.end) }
    const edits = changes[uriOf(source.file)] ?? []
    changes[uriOf(source.file)] = edits
    edits.push({ range, newText: written.isQuoted || isPlain(to) ? to : JSON.stringify(to) })
  }
  return changes
}

function isPlain(text: string): boolean {
  return (
    /^[A-Za-z][\w .-]*$/.test(text) && text.trim() === text && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text)
  )
}

function refuseUnfit(file: LanguageFile, name: Name, to: string): void {
  if (name.kind === 'node' && (!idPattern.test(to) || reservedIds.has(to))) {
    throw renameRefused({ reason: `"${to}" is no ID: it begins with a letter and has only letters, digits, - and _.` })
  }
  if (to.trim() === '' || /["'\n\r\\]/.test(to))
    throw renameRefused({ reason: `"${to}" is no name: write it without quotes, backslashes and line breaks.` })
  const isTaken = to !== name.name && sameNames(file, { ...name, name: to }).some(({ isDefinition }) => isDefinition)
  if (isTaken) throw renameRefused({ reason: `There is a ${name.kind} "${to}" already.` })
}
