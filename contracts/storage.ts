/** Values that outlive a run. */

/** Where a value is stored. Every scope has its own keys. */
export interface StorageSlot {
  readonly scope: string
  /** At most 255 characters. */
  readonly key: string
}

export interface StorageChange<Result> {
  /** The value to store, which must be JSON. `undefined` removes the stored value. */
  readonly value: unknown
  /** What `update` returns to its caller. */
  readonly result: Result
  /** After how many milliseconds the value expires. `kept` leaves that as it was; without it, the value never expires. */
  readonly ttlMs?: number | 'kept' | undefined
}

/** May be called more than once, so it must not have side effects. */
export type ChangeStored<Result> = (value: unknown) => StorageChange<Result>

/** A value that has expired is one that is not stored. */
export interface Storage {
  /** `undefined` if nothing is stored. Rejects with `STORAGE_KEY_UNFIT`. */
  get(slot: StorageSlot): Promise<unknown>
  /** Every value of a scope, by key. Rejects with `STORAGE_SCOPE_TOO_LARGE`. */
  list(scope: string): Promise<ReadonlyMap<string, unknown>>
  /**
   * Replaces the stored value with the result of `change`, atomically. If `change` leaves the value as it was, nothing is
   * written. Rejects with what `change` throws, and with `STORAGE_KEY_UNFIT`, `STORAGE_VALUE_TOO_LARGE` and
   * `STORAGE_VALUE_UNFIT`. Then nothing has changed.
   */
  update<Result>(slot: StorageSlot, change: ChangeStored<Result>): Promise<Result>
}
