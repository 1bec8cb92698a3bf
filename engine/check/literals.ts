/** Finds text that was not meant to be sent as it is: templates of other languages, paths without `<< >>`, secrets, zones that do not exist. */
import { zoneNamed } from '../../contracts/time-zone.ts'
import { type Shape, shapeAt } from '../json-schema/shape.ts'
import type { DocumentPath } from '../source/position.ts'
import type { ProblemCode } from '../source/problem.ts'
import type { Reporter } from '../source/reporter.ts'
import { TextSyntaxError } from '../source/syntax-error.ts'
import { parsePath } from '../values/path.ts'

/** The text of a field that takes templates. */
export interface ConfigText {
  readonly at: DocumentPath
  readonly text: string
}

interface Found {
  readonly code: ProblemCode
  readonly offset: number
  readonly length: number
  readonly message: string
  readonly hint: string
}

/** `payload` is the shape of the payload before the node. Every text is reported once at most. */
export function checkLiterals(texts: readonly ConfigText[], payload: Shape, reporter: Reporter): void {
  for (const { at, text } of texts) {
    const found = findSecret(text) ?? findForeign(text) ?? findBarePath(text, payload) ?? findDate(text)
    if (found && !isReported(at, reporter)) reporter.report({ ...found, severity: 'warning', at })
  }
}

/** Whether the field has a problem already, of which this one would only be another name. */
function isReported(at: DocumentPath, { place, problems }: Reporter): boolean {
  const { line, column } = place(at)
  return problems.some((problem) => problem.line === line && problem.column >= column)
}

const roots = 'data|working|globals|experience|secrets'
const foreign = new RegExp(
  `\\$\\{\\s*((?:${roots})\\.[^{}\\s]+)\\s*\\}|(?<![{$])\\{\\s*((?:${roots})\\.[^{}\\s:,]+)\\s*\\}(?!\\})`,
)

function findForeign(text: string): Found | undefined {
  // A page with a script may have templates of JavaScript.
  const match = /<script|`/i.test(text) ? null : foreign.exec(text)
  if (!match) return undefined
  const path = match[1] ?? match[2]
  const message = `${match[0]} is no template, so it stays in the text as it is.`
  return found('FLOW_LOOKS_LIKE_TEMPLATE', match, message, `Write << ${path} >>.`)
}

const barePath = new RegExp(`^(?:${roots})(?:\\.(?:[A-Za-z_][\\w-]*|\\[?\\d+\\]?))+$`)

function findBarePath(text: string, payload: Shape): Found | undefined {
  const match = barePath.exec(text)
  const segments = match ? segmentsOf(text) : undefined
  // Where nothing is known of the first segment, the text may as well be the name of a host.
  if (!match || !segments || shapeAt(payload, segments.slice(0, 1))?.kind === 'anything') return undefined
  if (!shapeAt(payload, segments)) return undefined
  return found(
    'FLOW_LOOKS_LIKE_TEMPLATE',
    match,
    `This is the text "${text}", not what is at that path.`,
    `Write << ${text} >>.`,
  )
}

function segmentsOf(text: string): readonly string[] | undefined {
  try {
    return parsePath(text).segments
  } catch (error) {
    if (error instanceof TextSyntaxError) return undefined
    throw error
  }
}

const secrets: readonly (readonly [what: string, pattern: RegExp])[] = [
  ['a token', /(?<=^Bearer +)[\w.~+/-]{16,}=*$/],
  ['a password', /(?<=^Basic +)[A-Za-z0-9+/]{8,}=*$/],
  ['a password', /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/<>]+:)[^\s:@/<>]+(?=@)/i],
  ['a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/],
  ['a token', /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/],
  [
    'a key',
    /\b(?:[sr]k_live_\w{16,}|sk-\w[\w-]{19,}|gh[pousr]_\w{30,}|AKIA[0-9A-Z]{16}|xox[abp]-[\w-]{10,}|AIza[\w-]{30,})/,
  ],
]

function findSecret(text: string): Found | undefined {
  for (const [what, pattern] of secrets) {
    const match = pattern.exec(text)
    if (!match) continue
    const hint =
      'Name it under "secrets" in application.yaml, set its environment variable, and write << secrets.name >> here.'
    return found('FLOW_SECRET_IN_FLOW', match, `Whoever reads this flow reads ${what}.`, hint)
  }
  return undefined
}

const zone = /(?<=<<[^>]*\btz=)(["'])([^"'<>]*)\1/
const strftime = /(?<=<<[^>]*\b(?:formatDate|currentDateTime)\b[^>"']*)(["'])[^"'<>]*%[A-Za-z][^"'<>]*\1/

function findDate(text: string): Found | undefined {
  const named = zone.exec(text)
  if (named && !zoneNamed(named[2] ?? '')) {
    const message = `There is no time zone ${named[0]}, so the time would be in UTC.`
    return found('FLOW_DATE_FORMAT', named, message, 'Write its IANA name, such as Europe/Berlin.')
  }
  const format = strftime.exec(text)
  if (!format) return undefined
  const message = `${format[0]} is not a format of dates here: "%" is printed as it is.`
  return found('FLOW_DATE_FORMAT', format, message, 'Formats are those of Moment: YYYY-MM-DD HH:mm:ss.')
}

function found(code: ProblemCode, match: RegExpExecArray, message: string, hint: string): Found {
  return { code, offset: match.index, length: Math.max(1, match[0].length), message, hint }
}
