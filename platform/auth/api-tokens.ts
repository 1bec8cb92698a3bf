/** The administrator's way in, on a store that was just made. */

import type { Platform } from '../platform.ts'
import { createApiToken, insertApiToken } from '../records/api-token-record.ts'

/** A token that may do all, once: where the store has no API token yet. Its value stands nowhere else. */
export async function createAdminToken(platform: Platform): Promise<string | undefined> {
  const { row, value } = createApiToken(platform, {
    name: 'administrator',
    description: 'Made on the first start.',
    scope: ['all.Application'],
    creatorId: platform.applicationId,
    creatorType: 'user',
  })
  const isFirst = await platform.store.write(async (tx) => {
    if (await tx.selectFrom('api_tokens').select('id').executeTakeFirst()) return false
    await insertApiToken(tx, row)
    return true
  })
  return isFirst ? value : undefined
}
