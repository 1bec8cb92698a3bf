/** What a topic's name says: whether it is the platform's, and whether a filter takes it in. */

/** The platform's topic of one device. */
export interface DeviceTopic {
  readonly deviceId: string
  readonly kind: 'state' | 'command'
}

/** `losant/ID/state` or `losant/ID/command`; `undefined` for any other. */
export function readDeviceTopic(topic: string): DeviceTopic | undefined {
  const match = /^losant\/([0-9a-f]{24})\/(state|command)$/.exec(topic)
  const [, deviceId, kind] = match ?? []
  return deviceId !== undefined && (kind === 'state' || kind === 'command') ? { deviceId, kind } : undefined
}

export function commandTopic(deviceId: string): string {
  return `losant/${deviceId}/command`
}

/** Losant holds every topic that starts with `losant` for its own; those with `$` are the broker's, [MQTT-4.7.2-1]. */
export function isReserved(topic: string): boolean {
  return topic.startsWith('losant') || topic.startsWith('$')
}

export function isWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#')
}

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

/** Whether there is a topic that both filters take in. */
export function overlap(one: string, other: string): boolean {
  const [levels, others] = [one.split('/'), other.split('/')]
  for (let index = 0; ; index++) {
    const [level, otherLevel] = [levels[index], others[index]]
    if (level === '#' || otherLevel === '#') return true
    if (level === undefined || otherLevel === undefined) return level === otherLevel
    if (level !== '+' && otherLevel !== '+' && level !== otherLevel) return false
  }
}
