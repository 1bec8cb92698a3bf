/** Reads topics and filters: whose a topic is, and whether filters overlap. */

/** A topic that the platform has for each device. */
export interface DeviceTopic {
  readonly deviceId: string
  readonly kind: 'state' | 'command'
}

/** Reads `losant/ID/state` and `losant/ID/command`; `undefined` for any other topic. */
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

/** Losant reserves every topic that starts with `losant`; those that start with `$` belong to the broker, [MQTT-4.7.2-1]. */
export function isReserved(topic: string): boolean {
  return topic.startsWith('losant') || topic.startsWith('$')
}

export function isWildcard(filter: string): boolean {
  return filter.includes('+') || filter.includes('#')
}

/** Whether any topic matches both filters. */
export function overlap(one: string, other: string): boolean {
  const [levels, others] = [one.split('/'), other.split('/')]
  for (let index = 0; ; index++) {
    const [level, otherLevel] = [levels[index], others[index]]
    if (level === '#' || otherLevel === '#') return true
    if (level === undefined || otherLevel === undefined) return level === otherLevel
    if (level !== '+' && otherLevel !== '+' && level !== otherLevel) return false
  }
}

/** Quotes a topic for a log. A device may send one of any length. */
export function shown(topic: string): string {
  return JSON.stringify(topic.length > 100 ? `${topic.slice(0, 100)}…` : topic)
}
