/** What YAML reads without complaint and other than it was meant, and what it may hold that no flow should. */
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

/** The library looks each one up by a walk through the whole file. */
const mostAliases = 100

export const writeOut = 'Write the values out where they are used.'

/** Places where a template was torn apart without an error: by a comment, an anchor, an alias or a comma. */
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

/** Traps in single values, and aliases that stand for nothing or for themselves. */
export function trapsIn(document: ParsedDocument, text: string): readonly Finding[] {
  const findings: Finding[] = []
  let aliases = 0
  visit(document, (key, node) => {
    if (isAlias(node)) {
      aliases += 1
      findings.push(...(aliases > mostAliases ? tooManyAliases(node) : aliasTraps(node, document)))
      if (aliases > mostAliases) return visit.BREAK
    }
    if (isPair(node) && isScalar(node.key) && node.key.value === '<<' && node.key.type === 'PLAIN') {
      findings.push({
        code: 'FLOW_YAML_TRAP',
        offset: startOf(node.key),
        length: 2,
        message: 'Merge keys are off: YAML reads this as a key that is named <<.',
        hint: 'Write the keys out. A template in the place of a value is quoted or stands after its key.',
      })
    }
    if (isScalar(node) || isCollection(node)) findings.push(...tagTraps(node, text))
    if (isScalar(node) && key !== 'key') findings.push(...numberTraps(node), ...commentTraps(node, text))
    return undefined
  })
  return findings
}

function tooManyAliases(alias: Alias): Finding[] {
  return [
    {
      code: 'FLOW_YAML_SYNTAX',
      offset: startOf(alias),
      message: `The file has more than ${mostAliases} aliases.`,
      hint: writeOut,
    },
  ]
}

function aliasTraps(alias: Alias, document: ParsedDocument): Finding[] {
  const target = alias.resolve(document)
  const at = { code: 'FLOW_YAML_SYNTAX', offset: startOf(alias), length: alias.source.length + 1 } as const
  if (target === undefined) {
    return [
      {
        ...at,
        message: `No anchor &${alias.source} stands before this.`,
        hint: 'A text that starts with * stands in quotes.',
      },
    ]
  }
  const [start, , end] = target.range ?? [0, 0, 0]
  const isWithinTarget = start <= at.offset && at.offset < end
  if (!isWithinTarget) return []
  return [{ ...at, message: `The value &${alias.source} would contain itself.`, hint: writeOut }]
}

/** Numbers that were surely meant as text, since the number is written otherwise than it was. */
function numberTraps(scalar: Scalar): Finding[] {
  const source = scalar.source ?? ''
  if (scalar.type !== 'PLAIN' || typeof scalar.value !== 'number') return []
  const at = { code: 'FLOW_YAML_TRAP', offset: startOf(scalar), length: source.length } as const
  const hint = `Put it in quotes: "${source}"`
  if (!Number.isFinite(scalar.value)) {
    return [{ ...at, message: `YAML reads ${source} as a number that JSON does not have.`, hint }]
  }
  const isRound =
    /^[-+]?0\d/.test(source) || /^\+\d/.test(source) || (/^-?\d+$/.test(source) && !Number.isSafeInteger(scalar.value))
  if (isRound) return [{ ...at, message: `YAML reads ${source} as the number ${scalar.value}.`, hint }]
  // The same number, written otherwise: a version 1.10 would be 1.1. A tag such as !!float says that a number is meant.
  if (String(scalar.value) === source || scalar.tag !== undefined) return []
  return [
    {
      ...at,
      severity: 'warning',
      message: `YAML reads ${source} as the number ${scalar.value}.`,
      hint: `If the number is meant, write ${scalar.value}. If not, put it in quotes: "${source}"`,
    },
  ]
}

const yamlTag = 'tag:yaml.org,2002:'
/** Tags of values that JSON has. */
const plainTags: ReadonlySet<string> = new Set(['str', 'int', 'float', 'bool', 'null', 'map', 'seq'])

/** `!!binary` and its like make bytes, sets and dates, which no payload holds. */
function tagTraps({ tag, range }: Scalar | YAMLMap | YAMLSeq, text: string): Finding[] {
  if (tag === undefined || !tag.startsWith(yamlTag) || plainTags.has(tag.slice(yamlTag.length))) return []
  const name = `!!${tag.slice(yamlTag.length)}`
  const start = range?.[0] ?? 0
  const before = text.lastIndexOf(name, start)
  const offset = before === -1 ? start : before
  const message = `The tag ${name} makes a value that JSON does not have.`
  return [
    {
      code: 'FLOW_YAML_TRAP',
      offset,
      length: name.length,
      message,
      hint: 'Take the tag away, and write text in quotes.',
    },
  ]
}

/** A comment that might have been meant as text: one after plain text, with a whole template in it. */
function commentTraps(scalar: Scalar, text: string): Finding[] {
  const comment = scalar.type === 'PLAIN' && scalar.source !== '' ? commentAfter(scalar, text) : undefined
  if (comment === undefined || !/<<.*>>|\{\{.*\}\}/.test(comment.text) || isTorn(comment.text, scalar)) return []
  return [
    {
      code: 'FLOW_YAML_TRAP',
      severity: 'warning',
      offset: comment.offset,
      length: comment.text.length,
      message: 'A template stands in a comment.',
      hint: 'If it belongs to the text before it, put the whole text in quotes. If not, move the comment to a line of its own.',
    },
  ]
}

function commentAfter(scalar: Scalar, text: string): { offset: number; text: string } | undefined {
  const end = scalar.range?.[1] ?? 0
  const rest = text.slice(end, end + 1000)
  const match = /^[ \t]*(#[^\r\n]*)/.exec(rest)
  const comment = match?.[1]
  return comment === undefined ? undefined : { offset: end + (match?.[0].length ?? 0) - comment.length, text: comment }
}

/** A comment is written with a space after its `#`; a `#` that is glued to what follows was meant as text. */
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
