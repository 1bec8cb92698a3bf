/** Parses YAML and mends what can be mended, so that every problem of a file is reported at once. */
import { isScalar, visit, type YAMLError } from 'yaml'
import type { Finding } from './finding.ts'
import { type Mend, mendAt } from './mend.ts'
import { nodesAt, type ParsedDocument, parseYamlText, tooDeepAt, type YamlTags } from './parse-document.ts'
import { isAfterTheEnd, isUnclosed, wordYamlError } from './yaml-error.ts'
import { tornTemplates, trapsIn } from './yaml-traps.ts'

export interface ReadYaml {
  readonly document: ParsedDocument
  readonly findings: readonly Finding[]
  /** Whether the tree is what was meant, apart from `findings`. */
  readonly isWhole: boolean
}

/** In characters. Each mend parses the file again. */
const mostReread = 250_000
/** A file with more errors is not YAML at all. */
const mostErrors = 100

/** Errors that cannot be mended by quoting a text. */
const notToMend: ReadonlySet<YAMLError['code']> = new Set(['DUPLICATE_KEY', 'MULTIPLE_DOCS', 'RESOURCE_EXHAUSTION'])
/** Errors that leave the tree as it was meant. */
const harmless: ReadonlySet<YAMLError['code']> = new Set(['DUPLICATE_KEY', 'TAG_RESOLVE_FAILED', 'BAD_DIRECTIVE'])
/** Errors that YAML itself would accept. */
const trapsOfOurs: ReadonlySet<YAMLError['code']> = new Set(['NON_STRING_KEY', 'TAG_RESOLVE_FAILED'])

const torn = 'YAML tears this template apart.'

type Mended = Pick<Mend, 'offset' | 'length'>

/** An offset where something went wrong, with the library's error if there is one. */
interface Suspect {
  readonly place: number
  readonly error?: YAMLError
}

export function readYaml(text: string, known?: YamlTags): ReadYaml {
  let masked = text
  let document = parseYamlText(masked, known)
  const findings: Finding[] = []
  const mended: Mended[] = []
  const tried = new Set<number>()
  let suspects = suspectsIn(document, masked)
  for (
    let next = nextMend(document, masked, suspects, tried, known);
    next !== undefined && tried.size * text.length < mostReread;
  ) {
    tried.add(next.offset)
    const candidate = mask(masked, next)
    const reread = tooDeepAt(candidate) === undefined ? parseYamlText(candidate, known) : undefined
    const left = reread === undefined ? suspects : suspectsIn(reread, candidate)
    if (reread !== undefined && left.length < suspects.length) {
      masked = candidate
      document = reread
      suspects = left
      mended.push(next)
      findings.push(next.finding)
    }
    next = nextMend(document, masked, suspects, tried, known)
  }
  const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0])
  const isWhole = errors.every((error) => harmless.has(error.code))
  findings.push(...findingsOf(errors, document, masked, known))
  for (const { place, error } of suspects.slice(0, mostErrors)) {
    if (error) continue
    findings.push({ code: 'FLOW_YAML_TRAP', offset: place, message: torn, hint: 'Put the whole text in quotes.' })
  }
  const traps = trapsIn(document, masked)
  const texts = traps.filter(({ severity }) => severity !== 'warning')
  restoreText(document, text, mended, new Set(texts.map((trap) => trap.offset)))
  return {
    document,
    findings: [...findings, ...traps],
    isWhole: isWhole && !traps.some((trap) => trap.code === 'FLOW_YAML_SYNTAX'),
  }
}

function suspectsIn(document: ParsedDocument, text: string): readonly Suspect[] {
  const errors = [...document.errors, ...document.warnings].map((error) => ({ place: error.pos[0], error }))
  return [...errors, ...tornTemplates(document, text).map((place) => ({ place }))]
}

function nextMend(
  document: ParsedDocument,
  text: string,
  suspects: readonly Suspect[],
  tried: ReadonlySet<number>,
  known: YamlTags | undefined,
) {
  for (const { place, error } of suspects.slice(0, mostErrors)) {
    if (error !== undefined && (notToMend.has(error.code) || isAfterTheEnd(error))) continue
    // In a file with custom tags, a word that begins with ! was meant to be one.
    if (known && error?.code === 'TAG_RESOLVE_FAILED') continue
    const at = error !== undefined && isUnclosed(error) ? openingOf(document, text, place) : place
    const mend = mendAt(text, at, isInEarlierBrackets(document, text, at))
    if (mend === undefined || tried.has(mend.offset)) continue
    const isTrap = error === undefined || trapsOfOurs.has(error.code)
    const isComment = error === undefined && text[place] === '#'
    const finding: Finding = {
      code: isTrap ? 'FLOW_YAML_TRAP' : 'FLOW_YAML_SYNTAX',
      offset: isComment ? place : mend.offset,
      length: isComment ? mend.offset + mend.length - place : mend.length,
      ...(error === undefined ? { message: torn } : wordYamlError(error)),
      ...mend.advice,
    }
    return { offset: mend.offset, length: mend.length, finding }
  }
  return undefined
}

/** A text of the same length that YAML reads as one plain text. */
function mask(text: string, { offset, length }: Mended): string {
  return text.slice(0, offset) + 'x'.repeat(length) + text.slice(offset + length)
}

/** Gives masked values, and values that were wrongly read as numbers, the text of the source, so that they cause no further problems. */
function restoreText(
  document: ParsedDocument,
  text: string,
  mended: readonly Mended[],
  traps: ReadonlySet<number>,
): void {
  if (mended.length + traps.size === 0) return
  visit(document, {
    Scalar: (_, scalar) => {
      const [start, end] = scalar.range ?? [0, 0]
      const isMended = mended.some((span) => span.offset < end && start < span.offset + span.length)
      if (isMended || traps.has(start)) scalar.value = text.slice(start, end)
    },
  })
}

/** One finding a line, since further errors on a line mostly follow from the first. */
function findingsOf(
  errors: readonly YAMLError[],
  document: ParsedDocument,
  text: string,
  known: YamlTags | undefined,
): readonly Finding[] {
  const findings = new Map<number, Finding>()
  for (const error of errors.slice(0, mostErrors)) {
    if (isAfterTheEnd(error) && findings.size > 0) break
    const [start, end] = error.pos
    const offset = isUnclosed(error) ? openingOf(document, text, start) : start
    const line = text.lastIndexOf('\n', offset - 1)
    if (findings.has(line)) continue
    const code = error.code === 'TAG_RESOLVE_FAILED' ? 'FLOW_YAML_TRAP' : 'FLOW_YAML_SYNTAX'
    findings.set(line, {
      code,
      offset,
      length: Math.max(1, end - start),
      ...wordYamlError(error),
      ...duplicateOf(error, document),
      ...(error.code === 'TAG_RESOLVE_FAILED' ? known?.explain(text.slice(start, end)) : {}),
    })
  }
  return [...findings.values()]
}

/** Names the duplicate key, and where it is first. */
function duplicateOf(error: YAMLError, document: ParsedDocument): Partial<Finding> {
  if (error.code !== 'DUPLICATE_KEY') return {}
  let first: number | undefined
  let name = ''
  visit(document, {
    Map: (_, map) => {
      const keys = map.items.map((pair) => pair.key).filter(isScalar)
      const second = keys.find((key) => key.range?.[0] === error.pos[0])
      if (second === undefined) return undefined
      name = String(second.value)
      first = keys.find((key) => key.value === second.value)?.range?.[0]
      return visit.BREAK
    },
  })
  if (first === undefined) return {}
  return {
    length: name.length,
    message: `The map has the key ${name} twice.`,
    related: { offset: first, message: 'It is here first.' },
  }
}

/** The offset of the quote or bracket that should be closed at `place`. */
function openingOf(document: ParsedDocument, text: string, place: number): number {
  const opening = nodesAt(document, place).findLast((node) => /['"[{]/.test(text[node.range?.[0] ?? 0] ?? ''))
  return opening?.range?.[0] ?? place
}

function isInEarlierBrackets(document: ParsedDocument, text: string, place: number): boolean {
  const line = text.lastIndexOf('\n', place - 1) + 1
  return nodesAt(document, place).some((node) => {
    const start = node.range?.[0] ?? 0
    return start < line && (text[start] === '[' || text[start] === '{')
  })
}
