/** What the engine knows about the platform's actions. `server/compose` passes it, since neither room imports the other. */

export interface ActionDescription {
  readonly summary: string
  /** JSON Schema of the parameters, as one closed object. */
  readonly params: Readonly<Record<string, unknown>>
  /** JSON Schema of the result. */
  readonly result: Readonly<Record<string, unknown>>
}

/** Actions by call: `devices.post`. */
export type ActionCatalog = Readonly<Record<string, ActionDescription>>
