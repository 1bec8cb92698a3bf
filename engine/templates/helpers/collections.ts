import { isObject, toText } from '../../values/coerce.ts'
import { readOwn } from '../../values/path.ts'
import type { ValueHelper } from '../helper.ts'
import { readSegments } from '../scope.ts'

export const collections: Readonly<Record<string, ValueHelper>> = {
  array: (args) => [...args],
  obj: (_, { hash }) => ({ ...hash }),
  /** If several objects have a key, the last one wins. */
  merge: (args) => {
    const entries = args.filter(isObject).flatMap((object) => Object.entries(object))
    return Object.fromEntries(entries)
  },
  lookup: ([collection, key]) => readOwn(collection, toText(key)),
  last: ([value]) => (Array.isArray(value) || typeof value === 'string' ? value.at(-1) : undefined),
  length: ([value]) => lengthOf(value),
  defaultTo: ([value, fallback]) => (value === undefined || value === null || value === '' ? fallback : value),
  typeof: ([value]) => typeName(value),
  valueByKey: ([list, key, keyPath, valuePath]) =>
    readDotted(itemsOf(list)[indexByKey(list, key, keyPath)], valuePath, 'value'),
  indexByKey: ([list, key, keyPath]) => indexByKey(list, key, keyPath),
}

/** The number of items of a list, keys of an object or characters of a text; `undefined` for anything else. */
export function lengthOf(value: unknown): number | undefined {
  if (Array.isArray(value) || typeof value === 'string') return value.length
  return isObject(value) && !(value instanceof Date) ? Object.keys(value).length : undefined
}

function typeName(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return value instanceof Date ? 'date' : typeof value
}

function indexByKey(list: unknown, key: unknown, keyPath: unknown): number {
  return itemsOf(list).findIndex((item) => readDotted(item, keyPath, 'key') === key)
}

function itemsOf(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : []
}

function readDotted(value: unknown, path: unknown, fallback: string): unknown {
  return readSegments(value, (typeof path === 'string' ? path : fallback).split('.'))
}
