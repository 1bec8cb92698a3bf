/**
 * Whether the MQTT filter `outer` matches every topic that `inner` matches, [MQTT-4.7.1]. `inner` may be a topic or a filter.
 * `#` also matches the level above it: `a/#` matches `a`.
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
