/** Parses YAML. Only this file has the options: core schema, no merge keys, keys that are text, and no key twice. */
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

/** Custom tags for one kind of file. */
export interface YamlTags {
  readonly tags: readonly (ScalarTag | CollectionTag)[]
  /** Says what is wrong with a tag: it is not known, or it does not fit its value. */
  explain(written: string): { readonly message: string; readonly hint: string }
}

export function parseYamlText(text: string, known?: YamlTags): ParsedDocument {
  return parseDocument(text, {
    schema: 'core',
    merge: false,
    stringKeys: true,
    uniqueKeys: true,
    prettyErrors: false,
    // What is wrong with a file is reported, and not printed by the library.
    logLevel: 'error',
    ...(known && { customTags: [...known.tags] }),
  })
}

/** Far more than a flow needs, and far less than would overflow the stack. */
const mostLevels = 300

/**
 * The offset at which the text is nested too deep to be parsed. The library composes documents by recursion, and a regular expression
 * that V8 compiles near the end of the stack aborts the process (seen with 10,000 opening braces).
 */
export function tooDeepAt(text: string): number | undefined {
  const parser = new Parser()
  for (const lexeme of new Lexer().lex(text)) {
    // The generator only works while it is drained. What it yields is not needed.
    for (const _ of parser.next(lexeme));
    if (parser.stack.length > mostLevels) return parser.offset
  }
  return undefined
}

/** The nodes around an offset, outermost first. */
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
