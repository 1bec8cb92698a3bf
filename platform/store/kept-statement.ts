/**
 * Statements that are built once for each database. Kysely builds and compiles a query again each time it runs, which takes
 * 10 to 35 µs. A statement that every request runs is kept, and each run passes its own parameters.
 */
import { CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import type { Tables } from './tables.ts'

/** Larger counts rarely come again. */
const maxKept = 8

/** Runs the statement. `parameters` are in the order in which the statement uses them. */
export type KeptStatement<Row> = (
  db: Kysely<Tables>,
  parameters: readonly unknown[],
  count?: number,
) => Promise<QueryResult<Row>>

/**
 * `build` makes the statement for lists of `count` items. Its text must not depend on the parameters; those that it is
 * built with are never used.
 */
export function keepStatement<Row>(
  build: (db: Kysely<Tables>, count: number) => CompiledQuery<Row>,
): KeptStatement<Row> {
  // Each database has its own syntax of parameters.
  const ofDatabase = new WeakMap<object, CompiledQuery[]>()
  return (db, parameters, count = 1) => {
    if (count > maxKept) return db.executeQuery({ ...build(db, count), parameters })
    const { adapter } = db.getExecutor()
    let kept = ofDatabase.get(adapter)
    if (!kept) {
      kept = []
      ofDatabase.set(adapter, kept)
    }
    let query = kept[count]
    if (!query) {
      // Keep the text without the tree that it was built from.
      query = CompiledQuery.raw(build(db, count).sql)
      kept[count] = query
    }
    return db.executeQuery<Row>({ ...query, parameters })
  }
}
