/** What is wrong with an `sql` or `redis` node that its schema cannot say. */
import type { NodeCheck } from '../../engine/node.ts'
import { nearestName } from '../../engine/source/nearest-name.ts'

export function checkConnection({ config, connections, report }: NodeCheck): void {
  const { connection } = config
  if (typeof connection !== 'string' || connections.includes(connection)) return
  const near = nearestName(connection, connections)
  report({
    code: 'FLOW_UNKNOWN_CONNECTION',
    at: ['connection'],
    message: `There is no connection "${connection}" in application.yaml.`,
    hint: near
      ? `Did you mean "${near}"?`
      : 'Name it there, with the environment variable of its URL: connections: { readings: { env: READINGS_URL } }.',
  })
}

/** A template of ours, and neither a shift of bits nor a list of lists of PostgreSQL. */
const template = /<<<?\s*[A-Za-z_][^<>()]*>>|\{\{\{?\s*[A-Za-z_#][^{},]*\}\}\}?/
const transaction = /^\s*(begin|start\s+transaction|commit|rollback|savepoint|set|use|lock)\b/i

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
      message: 'A template cannot stand in a query: what a client sent could then change what it does.',
      hint: `Write $1 there (? for MySQL), and bind the value: params: [ ${text} ].`,
    })
  }
  const word = transaction.exec(query)?.[1]
  if (word === undefined) return
  check.report({
    code: 'FLOW_WRONG_TYPE',
    at: ['query'],
    message: `A query cannot be ${word.toUpperCase()}: its connection serves other runs too.`,
    hint: 'Each query is a transaction of its own. What belongs together is written as one query, or as a function of the database.',
  })
}
