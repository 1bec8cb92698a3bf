/** The fields that have a value: what a platform or a library must not be given as `undefined` is left out. */
export function defined<Fields extends object>(fields: Fields) {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } // only `undefined` is left out
}
