/** Translates Losant's MongoNode, whose arguments are in a list, to a `mongo` node, which names them. */

import type { RawConfig } from '../../../engine/node.ts'
import type { MongoOperation } from '../../../engine/services.ts'
import { isMap } from '../../../engine/values/is-map.ts'
import { filled, templateAt, translateErrorPath } from '../../parts/losant-fields.ts'
import { valueOfJsonTemplate } from '../../parts/losant-json.ts'
import { connectionNameOf } from '../../parts/losant-sql.ts'
import { isMongoOperation, operations } from './mongo-operations.ts'

export function translateMongo(config: RawConfig): RawConfig {
  const { collectionNameTemplate: collection, mongoMethod = 'count', mongoArgs = [], resultPath } = config
  // As Losant exports it.
  const given = (mongoArgs as readonly RawConfig[]).map(valueOfArgument)
  const operation = operationOf(String(mongoMethod), given)
  const { required = [], optional = [] } = operations[operation]
  const args = [...required.flat(), ...optional, 'options'].flatMap((name, index) => {
    const value = name === 'options' ? optionsOf(given[index]) : given[index]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    connection: connectionOf(config),
    collection,
    operation,
    ...Object.fromEntries(args),
    ...filled({ result: resultPath }),
    ...translateErrorPath(config),
  }
}

function connectionOf({ credentialNameTemplate, mongoUriTemplate }: RawConfig): string {
  if (credentialNameTemplate) return connectionNameOf(credentialNameTemplate, 'credential')
  // The name of the database, after the hosts.
  const [, database] = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(String(mongoUriTemplate ?? '')) ?? []
  return connectionNameOf(database ?? mongoUriTemplate, 'URI with a database')
}

/** The value of an argument; `undefined` if it is empty in Losant. */
function valueOfArgument({ valueType, value }: RawConfig): unknown {
  if (typeof value !== 'string' || value === '') return undefined
  if (valueType === 'path') return templateAt(value, 'path')
  return valueType === 'json' ? valueOfJsonTemplate(value) : value
}

/** The operation of one of Losant's methods. Three old methods depend on their arguments. */
function operationOf(method: string, [first, second, third]: readonly unknown[]): MongoOperation {
  const says = (options: unknown, name: string) => isMap(options) && options[name] === true
  if (method === 'insert') return Array.isArray(first) ? 'insertMany' : 'insertOne'
  if (method === 'remove') return says(second, 'single') ? 'deleteOne' : 'deleteMany'
  if (method === 'update') return says(third, 'multi') ? 'updateMany' : 'updateOne'
  if (method === 'countDocuments') return 'count'
  if (isMongoOperation(method)) return method
  throw new Error(`The operation ${method} has no counterpart.`)
}

/** Drops the options that the operation's name expresses, and renames `fields`, which is now `projection`. */
function optionsOf(options: unknown): unknown {
  if (!isMap(options)) return options
  const { multi: _, single: __, fields, ...others } = options
  const kept = fields === undefined ? others : { projection: fields, ...others }
  return Object.keys(kept).length > 0 ? kept : undefined
}
