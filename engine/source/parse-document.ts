/** The one place that says how we read YAML: core schema, no merge keys, every key a text, no key twice. */
import {
  type CollectionTag,
  type Document,
  isCollection,
  isPair,
  isScalar,
  Lexer,
  type Node,
  type ParsedNode,
  Parser,
  parseDocument,
  type ScalarTag,
  visit,
} from 'yaml'

export type ParsedDocument = Document.Parsed<ParsedNode>

/** Tags of our own, which files of one kind know. */
export interface YamlTags {
  readonly tags: readonly (ScalarTag | CollectionTag)[]
  /** What is wrong with a tag as it is written: it is not known, or does not fit what it stands before. */
  explain(written: string): { readonly message: string; readonly hint: string }
}

export function parseYamlText(text: string, known?: YamlTags): ParsedDocument {
  return parseDocument(text, {
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
    ...(known && { customTags: [...known.tags] }),
  })
}

/** Far more than a flow needs, far less than a stack holds. */
const mostLevels = 300

/**
 * Where the text nests too deep to be parsed. The library composes documents by recursion, and a regular expression
 * that V8 compiles near the end of the stack aborts the process (seen with 10,000 opening braces).
 */
export function tooDeepAt(text: string): number | undefined {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // A generator does its work as it is drained. What it yields is read again by `parseYamlText`.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > mostLevels) return parser.offset
  }
  return undefined
}

/** Nodes that hold the place, from the outermost in. */
export function nodesAt(document: ParsedDocument, offset: number): readonly Node[] {
  const nodes: Node[] = []
  visit(document, (_, node) => {
    if (isPair(node) || !(isScalar(node) || isCollection(node))) return undefined
    const [start, , end] = node.range ?? [0, 0, 0]
    if (start > offset || end < offset) return visit.SKIP
    nodes.push(node)
    return undefined
  })
  return nodes
}
