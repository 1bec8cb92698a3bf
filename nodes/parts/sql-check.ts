/** Checks what a schema cannot express: that a connection exists, and that a query has neither templates nor transactions. */
import type { NodeCheck } from '../../engine/node.ts'
import { didYouMean } from '../../engine/source/nearest-name.ts'
import { wrongValue } from './misplaced.ts'

const databaseField = { field: 'connection', example: 'readings: { env: READINGS_URL }' }

/** `field` names a connection; `example` is what `connections` of application.yaml could have for it. */
export function checkConnection({ config, connections, report }: NodeCheck, { field, example } = databaseField): void {
  const connection = config[field]
  if (typeof connection !== 'string' || connections.includes(connection)) return
  report({
    code: 'FLOW_UNKNOWN_CONNECTION',
    at: [field],
    message: `There is no connection "${connection}" in application.yaml.`,
    hint:
      didYouMean(connection, connections) ??
      `Name it there, with the environment variable that has it: connections: { ${example} }.`,
  })
}

/** Matches a template, but neither a bit shift nor a nested array of PostgreSQL. */
const template = /<<<?\s*[A-Za-z_][^<>()]*>>|\{\{\{?\s*[A-Za-z_#][^{},]*\}\}\}?/
const transaction = /^\s*(begin|start\s+transaction|commit|rollback|savepoint|set|use|lock)\b/i

/** Text, names, comments and dollar-quoted text, in which `$1` is no placeholder. */
const quoted = /'(?:[^']|'')*'|"[^"]*"|--[^\n]*|\/\*[\s\S]*?\*\/|\$(\w*)\$[\s\S]*?\$\1\$/g

/** Reports the first `$n` of PostgreSQL for which `params` has no value. */
function checkPlaceholders({ config: { params = [] }, report }: NodeCheck, query: string): void {
  if (!Array.isArray(params)) return
  const bare = query.replace(quoted, (text) => ' '.repeat(text.length))
  for (const { 0: text, 1: digits, index: offset } of bare.matchAll(/(?<![\w$])\$(\d{1,4})\b/g)) {
    if (Number(digits) <= params.length) continue
    const values = params.length === 1 ? 'one value' : `${params.length || 'no'} values`
    report({
      code: 'FLOW_MISSING_FIELD',
      severity: 'warning',
      at: ['query'],
      offset,
      length: text.length,
      message: `${text} has no value: params has ${values}.`,
      hint: `Add a value for ${text} to params.`,
    })
    return
  }
}

export function checkQuery(check: NodeCheck): void {
  checkConnection(check)
  const query = String(check.config.query)
  const found = template.exec(query)
  if (found) {
    const [text] = found
    check.report({
      code: 'FLOW_WRONG_TYPE',
      at: ['query'],
      offset: found.index,
      length: text.length,
      message: 'A query cannot contain a template: what a client sent could then change what the query does.',
      hint: `Write $1 there (? for MySQL), and bind the value: params: [ ${text} ].`,
    })
  }
  checkPlaceholders(check, query)
  const word = transaction.exec(query)?.[1]
  if (word === undefined) return
  const hint =
    'Each query is a transaction of its own. Write what belongs together as one query, or as a function of the database.'
  wrongValue(
    check.report,
    ['query'],
    `A query cannot be ${word.toUpperCase()}: its connection serves other runs too.`,
    hint,
  )
}
