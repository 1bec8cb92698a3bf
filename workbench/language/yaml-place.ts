/** Where in a YAML file a character stands, also in a file that is only half written. */
import { isCollection, isMap, isPair, isScalar, isSeq, type Node, visit } from 'yaml'
import { isTestFile } from '../../engine/load/file-kinds.ts'
import { type ParsedDocument, parseYamlText, tooDeepAt } from '../../engine/source/parse-document.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import { readYaml } from '../../engine/source/read-yaml.ts'
import { testTags } from '../testing/matchers.ts'

/** A flow has a few kilobytes; the checks read no more, either. */
const maxCharacters = 250_000

/** The tree of a file, with what is wrong mended as far as possible. `undefined` for what is no YAML at all. */
export function readTree(file: string, text: string): ParsedDocument | undefined {
  if (text.length > maxCharacters || tooDeepAt(text) !== undefined) return undefined
  return readYaml(text, isTestFile(file) ? testTags : undefined).document
}

/** The tree of a file as it stands, whose every node has its place in the text. `undefined` if the file has syntax errors. */
export function readSoundTree(file: string, text: string): ParsedDocument | undefined {
  if (text.length > maxCharacters || tooDeepAt(text) !== undefined) return undefined
  const document = parseYamlText(text, isTestFile(file) ? testTags : undefined)
  return document.errors.length > 0 ? undefined : document
}

/** Plain data; `undefined` where aliases expand to too much. */
export function dataOf(document: ParsedDocument): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    if (error instanceof ReferenceError) return undefined
    throw error
  }
}

export interface YamlPlace {
  readonly path: DocumentPath
  /** Whether it is the key of the last segment, and not its value. */
  readonly isKey: boolean
  readonly node: Node
}

/** The innermost key or scalar that `isSought` accepts. */
export function findScalar(document: ParsedDocument, isSought: (node: Node) => boolean): YamlPlace | undefined {
  let found: YamlPlace | undefined
  visit(document, {
    Scalar(key, node, ancestors) {
      if (!isSought(node)) return undefined
      found = { path: pathOf([...ancestors, node]), isKey: key === 'key', node }
      return visit.BREAK
    },
  })
  return found
}

/** The scalar at a character of the text. */
export function scalarAt(document: ParsedDocument, offset: number): YamlPlace | undefined {
  return findScalar(
    document,
    ({ range }) => range != null && range[0] <= offset && offset <= range[1] && range[0] < range[1],
  )
}

function pathOf(way: readonly unknown[]): DocumentPath {
  const path: (string | number)[] = []
  way.forEach((step, index) => {
    const next = way[index + 1]
    if (isPair(step)) path.push(isScalar(step.key) ? String(step.key.value) : '')
    else if (isSeq(step) && next) path.push(step.items.indexOf(next as Node))
  })
  return path
}

/** The node at a path, and the key above it if it is a value of a map. */
export function nodeAt(document: ParsedDocument, path: DocumentPath): { key?: Node; value?: Node } | undefined {
  let at: { key?: Node; value?: Node } = document.contents ? { value: document.contents } : {}
  for (const segment of path) {
    if (isMap(at.value)) {
      const pair = at.value.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment))
      if (!pair) return undefined
      at = { ...(isScalar(pair.key) && { key: pair.key }), ...(isNodeOf(pair.value) && { value: pair.value }) }
    } else if (isSeq(at.value) && typeof segment === 'number') {
      const item = at.value.items[segment]
      if (!isNodeOf(item)) return undefined
      at = { value: item }
    } else return undefined
  }
  return at
}

function isNodeOf(value: unknown): value is Node {
  return isScalar(value) || isCollection(value)
}

/** The value at a path of plain data. */
export function valueAt(raw: unknown, path: DocumentPath): unknown {
  return path.reduce<unknown>((value, segment) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined
    return Reflect.get(value, segment)
  }, raw)
}
