/** The one JSON-like object that a run's nodes read and write. */
export type Payload = Record<string, unknown>
