/** Experience users, as flows and endpoints see them. */

/** No password, no hash. */
export type UserRecord = { readonly id: string; readonly email: string } & Readonly<Record<string, unknown>>

export interface TokenRequest {
  /** ID or e-mail address. */
  readonly user: string
  /** Seconds until the token expires; without it the platform's default applies. */
  readonly ttlSeconds?: number
  /** Data in the token, which later requests have at `experience.authInfo.extraData`. */
  readonly data?: Readonly<Record<string, unknown>>
  /** Refuses every token that was issued to this user before. */
  readonly invalidateExistingTokens?: boolean
  /** Records the time as the user's last login. */
  readonly isLogin?: boolean
}

export interface VerifiedUser {
  readonly user: UserRecord
  /** What the token contains. Times are ISO text. `expiresAt` is `null` if the token does not expire. */
  readonly authInfo: {
    readonly issuedAt: string
    readonly expiresAt: string | null
    /** What the flow put into the token. */
    readonly extraData: Readonly<Record<string, unknown>>
  }
}

/** What a flow can do with users. */
export interface Users {
  /** The user with this address and password, or `null`, which takes the same time. Throws 429 after too many wrong guesses. */
  verifyPassword(email: string, password: string): Promise<UserRecord | null>
  /** The user of a token, or `null`. */
  verifyToken(token: string): Promise<UserRecord | null>
  /** A signed token, or `null` if there is no such user. */
  signToken(request: TokenRequest): Promise<string | null>
}
