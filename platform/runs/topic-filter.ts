/** MQTT's filters of topics. */

/**
 * Whether `outer` takes in every topic that `inner` does, [MQTT-4.7.1]. `inner` may be a topic's name, or a filter itself.
 * A `#` also takes in the level above it: `a/#` takes in `a`.
 */
export function covers(outer: string, inner: string): boolean {
  const [outerLevels, innerLevels] = [outer.split('/'), inner.split('/')]
  for (const [index, level] of outerLevels.entries()) {
    if (level === '#') return true
    const other = innerLevels[index]
    if (other === undefined || other === '#' || (level !== '+' && level !== other)) return false
  }
  return innerLevels.length === outerLevels.length
}
