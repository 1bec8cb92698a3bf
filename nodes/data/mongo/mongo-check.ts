/** Checks what the schema of a `mongo` node cannot express. */

import type { NodeCheck } from '../../../engine/node.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { misplaced } from '../../parts/misplaced.ts'
import { checkOperation } from '../../parts/operations.ts'
import { checkConnection } from '../../parts/sql-check.ts'
import { askedFields } from './mongo-fields.ts'
import { isMongoOperation, operations } from './mongo-operations.ts'

const common = ['connection', 'collection', 'options', 'timeoutSeconds', 'result', 'errorResult']

export function checkMongo(check: NodeCheck): void {
  checkConnection(check)
  checkOperation(check, operations, common)
  const { config, report } = check
  const { operation, options } = config
  if (!isMongoOperation(operation)) return
  const { options: taken } = operations[operation]
  for (const option of isMap(options) ? Object.keys(options).filter((name) => !taken.includes(name)) : []) {
    const hint = taken.length > 0 ? `It takes ${taken.join(', ')}.` : 'It takes none.'
    misplaced(report, ['options', option], `${operation} takes no option ${option}.`, hint)
  }
  for (const field of Object.keys(askedFields)) reportScripts(config[field], [field], report)
}

/** Operators that run JavaScript in the database, which a template in its text could change. */
const scriptOperators: ReadonlySet<string> = new Set(['$where', '$function', '$accumulator', '$code'])

function reportScripts(value: unknown, at: readonly (string | number)[], report: NodeCheck['report']): void {
  if (Array.isArray(value)) for (const [index, item] of value.entries()) reportScripts(item, [...at, index], report)
  if (!isMap(value)) return
  for (const [key, item] of Object.entries(value)) {
    const place = [...at, key]
    if (scriptOperators.has(key)) {
      report({
        code: 'FLOW_WRONG_TYPE',
        at: place,
        atKey: true,
        message: `${key} cannot be used: it runs JavaScript in the database.`,
        hint: 'Use the operators of an expression, under $expr, or a function node afterwards.',
      })
    }
    reportScripts(item, place, report)
  }
}
