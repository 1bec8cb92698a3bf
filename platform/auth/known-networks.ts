/**
 * The networks from which each account has signed in. They are in the store, so that after a restart strangers who guess
 * cannot lock the owner of an account out, and they are keyed hashes, so that the store does not reveal where people were.
 */
import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import type { Base } from '../base/base.ts'

export interface KnownNetworks {
  has(account: string, network: string): Promise<boolean>
  /** Never rejects, so that it cannot fail a sign-in. Errors are logged. */
  remember(account: string, network: string): Promise<void>
}

/** Networks that are kept for each account, the latest ones. Others in such a network may guess as often as all strangers together. */
const maxNetworks = 8
/** A network that was written less than a day ago is not written again. */
const freshMs = 24 * 60 * 60 * 1000

/** A new `signingKey` forgets all networks. */
export function createKnownNetworks({ store, clock, log }: Base, signingKey: string): KnownNetworks {
  const hashOf = (account: string, network: string) =>
    createHmac('sha256', signingKey).update(`known network ${account} ${network}`).digest('base64url')

  const find = (account: string, network_hash: string) =>
    store.read
      .selectFrom('known_networks')
      .select('seen_at')
      .where('account', '=', account)
      .where('network_hash', '=', network_hash)
      .executeTakeFirst()

  const write = (account: string, network_hash: string) =>
    store.write(async (tx) => {
      const row = { account, network_hash, seen_at: clock.now() }
      await tx
        .insertInto('known_networks')
        .values(row)
        .onConflict((on) => on.columns(['account', 'network_hash']).doUpdateSet({ seen_at: row.seen_at }))
        .execute()
      await sql`delete from known_networks where account = ${account} and network_hash not in (
        select network_hash from known_networks where account = ${account}
        order by seen_at desc, network_hash limit ${sql.lit(maxNetworks)})`.execute(tx)
    })

  return {
    has: async (account, network) => (await find(account, hashOf(account, network))) !== undefined,
    async remember(account, network) {
      const networkHash = hashOf(account, network)
      try {
        const known = await find(account, networkHash)
        if (!known || known.seen_at <= clock.now() - freshMs) await write(account, networkHash)
      } catch (err) {
        log.error({ err }, 'Noting from where an account was signed in to failed')
      }
    },
  }
}
