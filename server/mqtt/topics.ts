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

export function stateTopic(deviceId: string): string {
  return `losant/${deviceId}/state`
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

/** Quotes a topic's name, which is a device's text of any length. */
export function shown(topic: string): string {
  return JSON.stringify(topic.length > 100 ? `${topic.slice(0, 100)}…` : topic)
}
