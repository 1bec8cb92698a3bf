/** What is wrong with a `mongo` node that its schema cannot say. */

import type { NodeCheck } from '../../../engine/node.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { misplaced } from '../../parts/misplaced.ts'
import { checkConnection } from '../../parts/sql-check.ts'
import { givenFields, isMongoOperation, operationShapes } from './mongo-operations.ts'

export function checkOperation(check: NodeCheck): void {
  checkConnection(check)
  const { config, report } = check
  const { operation, options } = config
  if (!isMongoOperation(operation)) return
  const { required, optional = [], options: taken } = operationShapes[operation]
  const given = givenFields(config)
  for (const field of required.filter((name) => !given.includes(name))) {
    const message = `The operation ${operation} needs ${field}.`
    report({ code: 'FLOW_MISSING_FIELD', at: ['operation'], message, hint: `Add ${field} to the node.` })
  }
  for (const field of given.filter((name) => ![...required, ...optional].includes(name))) {
    misplaced(report, field, `${operation} takes no ${field}.`, `It takes ${listed([...required, ...optional])}.`)
  }
  for (const option of isMap(options) ? Object.keys(options).filter((name) => !taken.includes(name)) : []) {
    const hint = taken.length > 0 ? `It takes ${listed(taken)}.` : 'It takes none.'
    misplaced(report, ['options', option], `${operation} takes no option ${option}.`, hint)
  }
  for (const field of [...given, 'options']) reportScripts(config[field], [field], report)
}

function listed(names: readonly string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : String(names[0])
}

/** They run JavaScript on the server, which a template in a text could change. */
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
        hint: 'Say it with the operators of an expression, under $expr, or in a function node afterwards.',
      })
    }
    reportScripts(item, place, report)
  }
}
