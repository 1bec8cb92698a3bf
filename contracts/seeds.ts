/** What an application creates on its first start. */
export interface Seeds {
  readonly groups: readonly { readonly name: string; readonly id?: string; readonly description?: string }[]
  readonly users: readonly {
    readonly email: string
    readonly id?: string
    readonly password?: string
    readonly firstName?: string
    readonly lastName?: string
    readonly groups?: readonly string[]
  }[]
  /** Bodies of `devices.post`, each with an optional ID. */
  readonly devices: readonly Readonly<Record<string, unknown>>[]
}
