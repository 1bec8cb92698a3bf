/**
 * Creates the Kysely handles of a store. They need only a function that runs a compiled statement, so that neither Kysely's drivers nor
 * its transactions are involved, and both databases follow the same rules.
 */
import {
  type CompiledQuery,
  DefaultQueryExecutor,
  type DialectAdapter,
  DummyDriver,
  Kysely,
  type Dialect as KyselyDialect,
  Transaction as KyselyTransaction,
  type QueryCompiler,
  type QueryResult,
} from 'kysely'
import { storeReadCannotWrite } from './errors.ts'
import type { Transaction } from './store.ts'
import type { Tables } from './tables.ts'

/** Runs one statement; rejects with an error of `errors.ts`. */
export type RunQuery = (query: CompiledQuery) => Promise<QueryResult<unknown>>

/** Kysely's parts for a database, without its driver. */
export type Flavour = Pick<KyselyDialect, 'createAdapter' | 'createIntrospector' | 'createQueryCompiler'>

export type Handles = ReturnType<typeof createHandles>

export function createHandles(flavour: Flavour) {
  const driver = new DummyDriver()
  const dialect: KyselyDialect = { ...flavour, createDriver: () => driver }
  const adapter = flavour.createAdapter()
  const compiler = flavour.createQueryCompiler()
  const props = (run: RunQuery) => ({
    config: { dialect },
    dialect,
    driver,
    executor: new DirectExecutor(compiler, adapter, run),
  })
  return {
    readHandle: (run: RunQuery) => new Kysely<Tables>(props(run)),
    writeHandle: (run: RunQuery): Transaction => new KyselyTransaction<Tables>(props(run)),
  }
}

/** Skips the five promises per query with which Kysely's own executor takes and returns a connection. */
class DirectExecutor extends DefaultQueryExecutor {
  readonly #run: RunQuery

  constructor(compiler: QueryCompiler, adapter: DialectAdapter, run: RunQuery) {
    super(compiler, adapter, { provideConnection })
    this.#run = run
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    // Boundary: Kysely infers the types of rows from the query, which the database follows.
    return this.#run(query) as Promise<QueryResult<Row>>
  }
}

/** Kysely asks for a connection only for a transaction or a stream of rows. */
async function provideConnection(): Promise<never> {
  throw storeReadCannotWrite({})
}
