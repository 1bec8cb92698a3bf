/**
 * Makes the Kysely handles that a store gives out: over a way to run one compiled statement, so that neither Kysely's drivers nor
 * its transactions take part. Both databases then follow the same rules.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  DefaultQueryExecutor,
  type DialectAdapter,
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

/** What Kysely knows of a database, its driver apart. */
export type Flavour = Pick<KyselyDialect, 'createAdapter' | 'createIntrospector' | 'createQueryCompiler'>

export interface Handles {
  readHandle(run: RunQuery): Kysely<Tables>
  writeHandle(run: RunQuery): Transaction
}

export function createHandles(flavour: Flavour): Handles {
  const refuse = async () => {
    throw storeReadCannotWrite({})
  }
  const driver = {
    init: async () => {},
    acquireConnection: refuse,
    beginTransaction: refuse,
    commitTransaction: refuse,
    rollbackTransaction: refuse,
    releaseConnection: async () => {},
    destroy: async () => {},
  }
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
    readHandle: (run) => new Kysely<Tables>(props(run)),
    writeHandle: (run) => new KyselyTransaction<Tables>(props(run)),
  }
}

/** Kysely's own makes five promises a query on its way to a connection and back. */
class DirectExecutor extends DefaultQueryExecutor {
  readonly #run: RunQuery

  constructor(compiler: QueryCompiler, adapter: DialectAdapter, run: RunQuery) {
    super(compiler, adapter, { provideConnection: (consume) => consume(toConnection(run)) })
    this.#run = run
  }

  override executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    // Boundary: only the database knows its rows; Kysely gives them the types of the query.
    return this.#run(query) as Promise<QueryResult<Row>>
  }
}

function toConnection(run: RunQuery): DatabaseConnection {
  return {
    executeQuery: <Row>(query: CompiledQuery) => run(query) as Promise<QueryResult<Row>>,
    streamQuery: () => {
      throw storeReadCannotWrite({})
    },
  }
}
