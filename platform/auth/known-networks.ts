/**
 * From which networks an account was signed in to. They are in the store, so that after a restart nobody is locked out
 * of an account that strangers guess at, and as keyed hashes, since where somebody was is nobody's business.
 */
import { createHmac } from 'node:crypto'
import type { Base } from '../base/base.ts'

export interface KnownNetworks {
  has(account: string, network: string): Promise<boolean>
  /** Does not fail a sign-in: what goes wrong is logged. */
  remember(account: string, network: string): Promise<void>
}

/** The last ones of an account. Each lets whoever shares it guess as often as strangers may in all. */
const maxNetworks = 8
/** A network that was noted less than a day ago is not written again. */
const freshMs = 24 * 60 * 60 * 1000

/** With another `signingKey` no network is known any more. */
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
      const rows = await tx
        .selectFrom('known_networks')
        .select('network_hash')
        .where('account', '=', account)
        .orderBy('seen_at', 'desc')
        .orderBy('network_hash')
        .execute()
      for (const { network_hash } of rows.slice(maxNetworks)) {
        await tx
          .deleteFrom('known_networks')
          .where('account', '=', account)
          .where('network_hash', '=', network_hash)
          .execute()
      }
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
