/** Finds what YAML silently reads differently from what was meant, and what YAML allows but no flow may have. */
import {
  type Alias,
  isAlias,
  isCollection,
  isPair,
  isScalar,
  type Node,
  type Scalar,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import type { Finding } from './finding.ts'
import type { ParsedDocument } from './parse-document.ts'

/** Limited, since the library looks each alias up by a walk through the whole file. */
const mostAliases = 100

export const writeOut = 'Write the values out where they are used.'

/** Offsets where a comment, an anchor, an alias or a comma has torn a template apart without an error. */
export function tornTemplates(document: ParsedDocument, text: string): readonly number[] {
  const places: number[] = []
  visit(document, (key, node, ancestors) => {
    if (isAlias(node)) {
      if (hasOpening(node.source)) places.push(startOf(node))
      return
    }
    if (!isCollection(node) && !isScalar(node)) return
    if (node.anchor !== undefined && hasOpening(node.anchor)) {
      places.push(text.lastIndexOf(`&${node.anchor}`, startOf(node)))
    }
    if (!isScalar(node) || node.type !== 'PLAIN') return
    const comment = commentAfter(node, text)
    if (comment !== undefined && isTorn(comment.text, node)) places.push(comment.offset)
    const brackets = ancestors.findLast(isCollection)
    if (key !== 'key' && brackets?.flow === true && isLeftOpen(node) && endsLater(brackets, node, text)) {
      places.push(startOf(node))
    }
  })
  return places
}

/** Traps in single values, and aliases of nothing or of themselves. */
export function trapsIn(document: ParsedDocument, text: string): readonly Finding[] {
  const findings: Finding[] = []
  const add = (finding: Finding | undefined) => finding && findings.push(finding)
  let aliases = 0
  visit(document, (key, node) => {
    if (isAlias(node)) {
      aliases += 1
      if (aliases > mostAliases) {
        const message = `The file has more than ${mostAliases} aliases.`
        add({ code: 'FLOW_YAML_SYNTAX', offset: startOf(node), message, hint: writeOut })
        return visit.BREAK
      }
      add(aliasTrap(node, document))
    }
    if (isPair(node) && isScalar(node.key) && node.key.value === '<<' && node.key.type === 'PLAIN') {
      add({
        code: 'FLOW_YAML_TRAP',
        offset: startOf(node.key),
        length: 2,
        message: 'Merge keys are not supported: YAML reads this as a key with the name <<.',
        hint: 'Write the merged keys themselves. If this is a template, put it in quotes, or after its key.',
      })
    }
    if (isScalar(node) || isCollection(node)) add(tagTrap(node, text))
    if (isScalar(node) && key !== 'key') {
      add(numberTrap(node))
      add(commentTrap(node, text))
    }
    return undefined
  })
  return findings
}

function aliasTrap(alias: Alias, document: ParsedDocument): Finding | undefined {
  const target = alias.resolve(document)
  const at = { code: 'FLOW_YAML_SYNTAX', offset: startOf(alias), length: alias.source.length + 1 } as const
  if (target === undefined) {
    const message = `There is no anchor &${alias.source} before this.`
    return { ...at, message, hint: 'Put a text that starts with * in quotes.' }
  }
  const [start, , end] = target.range ?? [0, 0, 0]
  const isWithinTarget = start <= at.offset && at.offset < end
  return isWithinTarget
    ? { ...at, message: `The value &${alias.source} would contain itself.`, hint: writeOut }
    : undefined
}

/** A number that was surely meant as text, since the number would be written differently. */
function numberTrap(scalar: Scalar): Finding | undefined {
  const source = scalar.source ?? ''
  if (scalar.type !== 'PLAIN' || typeof scalar.value !== 'number') return undefined
  const at = { code: 'FLOW_YAML_TRAP', offset: startOf(scalar), length: source.length } as const
  const hint = `Put it in quotes: "${source}"`
  if (!Number.isFinite(scalar.value)) {
    return { ...at, message: `YAML reads ${source} as a number that JSON does not have.`, hint }
  }
  const isRound =
    /^[-+]?0\d/.test(source) || /^\+\d/.test(source) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(scalar.value))
  const message = `YAML reads ${source} as the number ${scalar.value}.`
  if (isRound) return { ...at, message, hint }
  // The same number, written differently: a version 1.10 would become 1.1. A tag such as !!float says that a number is meant.
  if (String(scalar.value) === source || scalar.tag !== undefined) return undefined
  const either = `If the number is meant, write ${scalar.value}. If not, put it in quotes: "${source}"`
  return { ...at, severity: 'warning', message, hint: either }
}

const yamlTag = 'tag:yaml.org,2002:'
/** Tags of values that JSON has. */
const plainTags: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'])

/** `!!binary` and similar tags make bytes, sets and dates, which no payload has. */
function tagTrap({ tag, range }: Scalar | YAMLMap | YAMLSeq, text: string): Finding | undefined {
  if (tag === undefined || !tag.startsWith(yamlTag) || plainTags.has(tag.slice(yamlTag.length))) return undefined
  const name = `!!${tag.slice(yamlTag.length)}`
  const start = range?.[0] ?? 0
  const before = text.lastIndexOf(name, start)
  const offset = before === -1 ? start : before
  const message = `The tag ${name} makes a value that JSON does not have.`
  const hint = 'Remove the tag, and put text in quotes.'
  return { code: 'FLOW_YAML_TRAP', offset, length: name.length, message, hint }
}

/** A comment that might have been meant as text: one after plain text, with a whole template in it. */
function commentTrap(scalar: Scalar, text: string): Finding | undefined {
  const comment = scalar.type === 'PLAIN' && scalar.source !== '' ? commentAfter(scalar, text) : undefined
  if (comment === undefined || !/<<.*>>|\{\{.*\}\}/.test(comment.text) || isTorn(comment.text, scalar)) return undefined
  return {
    code: 'FLOW_YAML_TRAP',
    severity: 'warning',
    offset: comment.offset,
    length: comment.text.length,
    message: 'There is a template in a comment.',
    hint: 'If it belongs to the text before it, put the whole text in quotes. If not, move the comment to a line of its own.',
  }
}

function commentAfter(scalar: Scalar, text: string): { offset: number; text: string } | undefined {
  const end = scalar.range?.[1] ?? 0
  const rest = text.slice(end, end + 1000)
  const match = /^[ \t]*(#[^\r\n]*)/.exec(rest)
  const comment = match?.[1]
  return comment === undefined ? undefined : { offset: end + (match?.[0].length ?? 0) - comment.length, text: comment }
}

/** Whether a comment was meant as a part of the text before it. A `#` without a space after it is one sign of that. */
function isTorn(comment: string, scalar: Scalar): boolean {
  if (/^#\S/.test(comment) && hasOpening(comment)) return true
  if (scalar.source === '') return false
  return /^#\s*(?:<<|\{\{)/.test(comment) || (isLeftOpen(scalar) && /^#.*(?:>>|\}\})/.test(comment))
}

function isLeftOpen({ value }: Scalar): boolean {
  return typeof value === 'string' && value.lastIndexOf('<<') > value.lastIndexOf('>>')
}

/** Whether the template that `scalar` leaves open is closed further on, within the same brackets. */
function endsLater(brackets: Node, scalar: Scalar, text: string): boolean {
  const rest = text.slice(scalar.range?.[1] ?? 0, brackets.range?.[1] ?? 0)
  return rest.slice(0, rest.indexOf('\n') + 1 || rest.length).includes('>>')
}

function hasOpening(text: string): boolean {
  return /<<|\{\{/.test(text)
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0
}
