/**
 * Statements that are built once for a database. Kysely builds and compiles a query anew each time it runs, which takes
 * 10 to 35 µs; a statement that every request runs is kept, and each run brings its own parameters.
 */
import { CompiledQuery, type Kysely, type QueryResult } from 'kysely'
import type { Tables } from './tables.ts'

/** More of something at once are seldom the same number again. */
const MOST_KEPT = 8

/** Runs the statement with `parameters`, in the order in which it names them. */
export type KeptStatement<Row> = (
  db: Kysely<Tables>,
  parameters: readonly unknown[],
  count?: number,
) => Promise<QueryResult<Row>>

/**
 * `build` makes the statement for `count` of whatever it has a list of. Its text must be the same for any parameters; those that it is
 * built with are never used.
 */
export function keepStatement<Row>(
  build: (db: Kysely<Tables>, count: number) => CompiledQuery<Row>,
): KeptStatement<Row> {
  // By database, since each writes parameters in its own way.
  const ofDatabase = new WeakMap<object, CompiledQuery[]>()
  return (db, parameters, count = 1) => {
    if (count > MOST_KEPT) return db.executeQuery({ ...build(db, count), parameters })
    const { adapter } = db.getExecutor()
    let kept = ofDatabase.get(adapter)
    if (!kept) {
      kept = []
      ofDatabase.set(adapter, kept)
    }
    let query = kept[count]
    if (!query) {
      // Without the tree that it was built from.
      query = CompiledQuery.raw(build(db, count).sql)
      kept[count] = query
    }
    return db.executeQuery<Row>({ ...query, parameters })
  }
}
