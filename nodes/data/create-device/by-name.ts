/** Turns the lists of tags and attributes of a device into maps, if the node asks for that. */

interface Ways {
  readonly tagsAsObject: boolean
  readonly attributesAsObject: boolean
}

export function byName(device: unknown, { tagsAsObject, attributesAsObject }: Ways): unknown {
  if (typeof device !== 'object' || device === null) return device
  const shown: Record<string, unknown> = { ...device }
  if (tagsAsObject) shown.tags = tagsByKey(shown.tags)
  if (attributesAsObject) shown.attributes = attributesByName(shown.attributes)
  return shown
}

/** A map from each key to a list of values, since several tags may have the same key. Losant has the same form. */
function tagsByKey(tags: unknown): Record<string, unknown[]> {
  const byKey = new Map<string, unknown[]>()
  for (const { key, value } of mapsIn(tags)) byKey.set(String(key), [...(byKey.get(String(key)) ?? []), value])
  return Object.fromEntries(byKey)
}

function attributesByName(attributes: unknown): Record<string, unknown> {
  return Object.fromEntries(mapsIn(attributes).map((attribute) => [String(attribute.name), attribute]))
}

function mapsIn(list: unknown): Record<string, unknown>[] {
  return Array.isArray(list) ? list.filter((item) => typeof item === 'object' && item !== null) : []
}
