/** Signs experience users in: verifies passwords, signs tokens and verifies them. */
import { sql } from 'kysely'
import type { TokenRequest, UserRecord, Users, VerifiedUser } from '../../contracts/users.ts'
import { byIdOrEmail, readUserRow, toEmailKey, toUser, toUsers } from '../records/experience-user-record.ts'
import { toIso } from '../records/schemas.ts'
import { keepStatement } from '../store/kept-statement.ts'
import type { ExperienceUserTable } from '../store/tables.ts'
import type { AuthBase } from './auth-base.ts'

/** Like `Users`, with what only listeners know and need: the address of a request, and the claims of a token. */
export interface UserAccounts extends Pick<Users, 'signToken'> {
  /** `address` is where the request came from; guesses are counted for it too. */
  verifyPassword(email: string, password: string, address?: string): Promise<UserRecord | null>
  verifyToken(token: string): Promise<VerifiedUser | null>
}

export function createUsers(platform: AuthBase): UserAccounts {
  return {
    async verifyPassword(email, password, address) {
      const { read } = platform.store
      const name = toEmailKey(email)
      const row = isAddress(email)
        ? await read.selectFrom('experience_users').selectAll().where('email_key', '=', name).executeTakeFirst()
        : undefined
      const attempt = await platform.limiters.user.attempt({ name, account: row?.id, address })
      await attempt.admit()
      const isRight = await platform.passwords.verify(
        password.slice(0, maxPasswordLength),
        password.length > maxPasswordLength ? null : (row?.password_hash ?? null),
        // Checked again when its turn comes: of many guesses at once, most wait here while the first ones fail.
        { address, before: attempt.admit },
      )
      // A new password may have been set while this one waited for its turn: it ends this one as it ends tokens.
      const current = row && isRight ? await readUserRow(read, row.id) : undefined
      if (!current || current.password_hash !== row?.password_hash) {
        await attempt.failed()
        return null
      }
      await attempt.succeeded()
      const [user] = await toUsers(platform, read, [current])
      return user ?? null
    },
    async verifyToken(token) {
      const claims = platform.tokens.read('experience', token)
      if (!claims) return null
      const { rows } = await readTokenRows(platform.store.read, [claims.sub])
      const [row] = rows
      if (!row || (claims.gen ?? 0) < row.token_generation) return null
      if (claims.issuedMs < Math.max(row.token_cutoff ?? 0, row.all_cutoff ?? 0)) return null
      const groups = rows.flatMap(({ group_id: id, group_name: name }) =>
        id === null || name === null ? [] : [{ id, name }],
      )
      return {
        user: toUser(row, platform.applicationId, groups),
        authInfo: {
          issuedAt: toIso(claims.issuedMs),
          expiresAt: claims.exp === undefined ? null : toIso(claims.exp * 1000),
          // The cache of verified tokens shares the claims between requests, so a flow gets a copy that it may change.
          extraData: claims.data === undefined ? {} : structuredClone(claims.data),
        },
      }
    },
    async signToken(request) {
      const user = await prepareUser(platform, request)
      if (!user) return null
      const { ttlSeconds = platform.settings.userTokenTtlSeconds, data } = request
      const claims = { sub: user.id, gen: user.token_generation, ...(data === undefined ? {} : { data }) }
      return platform.tokens.sign('experience', claims, ttlSeconds)
    },
  }
}

const maxPasswordLength = 2048

/** No user has such an address, and PostgreSQL would refuse to look for text with U+0000. */
function isAddress(email: string): boolean {
  return email.length <= 1024 && !email.includes('\u0000')
}

interface TokenRow extends ExperienceUserTable {
  readonly group_id: string | null
  readonly group_name: string | null
  readonly all_cutoff: number | null
}

/** Reads the user, the groups and the cutoff of tokens in one query, since every authenticated request needs them. Takes the user's ID. */
const readTokenRows = keepStatement((db) =>
  sql<TokenRow>`select u.*, g.id as group_id, g.name as group_name,
      (select user_token_cutoff from application) as all_cutoff
    from experience_users u
    left join experience_group_users m on m.user_id = u.id
    left join experience_groups g on g.id = m.group_id
    where u.id = ${''} order by g.name, g.id`.compile(db),
)

async function prepareUser(
  { store, clock }: AuthBase,
  { user, isLogin = false, invalidateExistingTokens = false }: TokenRequest,
): Promise<Pick<ExperienceUserTable, 'id' | 'token_generation'> | undefined> {
  if (!isAddress(user)) return undefined
  if (!isLogin && !invalidateExistingTokens) return readUserRow(store.read, user)
  const { column, value } = byIdOrEmail(user)
  const now = clock.now()
  return store.write((tx) =>
    tx
      .updateTable('experience_users')
      .set({
        ...(isLogin ? { last_login_at: now } : {}),
        ...(invalidateExistingTokens ? { token_generation: sql<number>`token_generation + 1` } : {}),
      })
      .where(column, '=', value)
      .returning(['id', 'token_generation'])
      .executeTakeFirst(),
  )
}
