/** Time zones by their IANA names: how far they are ahead of UTC, and when their clocks show a given time. */

export interface TimeZone {
  readonly name: string
  /** How far its clocks are ahead of UTC at an instant. Both are in milliseconds; `NaN` for an instant that no Date can have. */
  offsetAt(instantMs: number): number
  /** The English name of its time at an instant. Short: `EST`, `GMT+1`. Long: `Eastern Standard Time`. */
  label(instantMs: number, length: 'short' | 'long'): string
}

/** The last instant of a Date. */
const maxInstantMs = 8.64e15

/** Zones by the names that were looked up; `undefined` if there is none. Bounded, since a name may come from the payload. */
const zones = new Map<string, TimeZone | undefined>()

/** `undefined` if there is no zone with that name. */
export function zoneNamed(name: string): TimeZone | undefined {
  if (name === '' || name.length > 60) return undefined
  if (!zones.has(name)) {
    if (zones.size >= 1000) zones.clear()
    zones.set(name, openZone(name))
  }
  return zones.get(name)
}

function openZone(timeZone: string): TimeZone | undefined {
  try {
    const part = (timeZoneName: 'longOffset' | 'short' | 'long') => {
      const format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName })
      return (instantMs: number) =>
        format.formatToParts(instantMs).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    }
    const offset = part('longOffset')
    return {
      name: timeZone,
      offsetAt: (instantMs) => (Math.abs(instantMs) <= maxInstantMs ? readOffset(offset(instantMs)) : Number.NaN),
      label: (instantMs, length) => part(length)(instantMs),
    }
  } catch {
    return undefined
  }
}

/** `GMT` or `GMT+05:45`, with seconds for times before there were time zones. */
function readOffset(text: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /^GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? []
  const offset = (Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds)) * 1000
  return sign === '-' ? -offset : offset
}

const dayMs = 86_400_000

/**
 * The instant at which the zone's clocks show a time, which is given in milliseconds as though it were UTC. A time that the clocks
 * skip is read with the offset from before. Of a time that they show twice, it is the first, or the one at `preferredOffsetMs`.
 */
export function instantOf(zone: TimeZone, wallMs: number, preferredOffsetMs?: number): number {
  const before = zone.offsetAt(wallMs - dayMs)
  const candidates = preferredOffsetMs === undefined ? [] : [preferredOffsetMs]
  for (const offset of [...candidates, before, zone.offsetAt(wallMs + dayMs)]) {
    if (zone.offsetAt(wallMs - offset) === offset) return wallMs - offset
  }
  return wallMs - before
}
