/** A GPS value is `latitude,longitude` in degrees. https://docs.losant.com/devices/attributes/ */
import { isObject, toNumber, toText } from '../../values/coerce.ts'
import { readOwn } from '../../values/path.ts'
import type { ValueHelper } from '../helper.ts'

export interface Point {
  readonly latitude: number
  readonly longitude: number
}

const earthRadiusMetres = 6_371_008.8

export const gps: Readonly<Record<string, ValueHelper>> = {
  formatGps: ([value, style, precision]) => {
    const point = toPoint(value)
    const digits = precision === undefined ? 6 : Math.min(20, Math.max(0, Math.trunc(toNumber(precision)) || 0))
    return point && formatPoint(point, toText(style), digits)
  },
  gpsDistance: ([from, to]) => {
    const [a, b] = [toPoint(from), toPoint(to)]
    return a && b && distance(a, b)
  },
  gpsIsPointInside: ([value, polygon]) => {
    const point = toPoint(value)
    const corners = Array.isArray(polygon) ? polygon.map(toPoint).filter((corner) => corner !== undefined) : []
    return point !== undefined && isInside(point, corners)
  },
}

/** `undefined` if the value is not a place on Earth. */
export function toPoint(value: unknown): Point | undefined {
  const isMap = isObject(value) && !Array.isArray(value)
  const fields = isMap ? [readOwn(value, 'latitude'), readOwn(value, 'longitude')] : toText(value).split(',')
  const [latitude, longitude] = fields.map(toDegrees)
  if (latitude === undefined || longitude === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
}

/** `NaN`, and not 0, for null or an empty field, which a receiver without a fix sends. */
function toDegrees(value: unknown): number {
  return value === null || toText(value).trim() === '' ? Number.NaN : toNumber(value)
}

function formatPoint({ latitude, longitude }: Point, style: string, digits: number): string {
  const [north, east] = [latitude < 0 ? 'S' : 'N', longitude < 0 ? 'W' : 'E']
  const [lat, lon] = [Math.abs(latitude), Math.abs(longitude)]
  switch (style) {
    case 'degrees':
      return `${lat.toFixed(digits)}° ${north}, ${lon.toFixed(digits)}° ${east}`
    case 'sexagesimal':
      return `${sexagesimal(lat, digits)} ${north}, ${sexagesimal(lon, digits)} ${east}`
    case 'gga':
      return `${degreesMinutes(lat, 2, digits)},${north},${degreesMinutes(lon, 3, digits)},${east}`
    default:
      return `${latitude.toFixed(digits)},${longitude.toFixed(digits)}`
  }
}

function sexagesimal(angle: number, digits: number): string {
  const minutes = (angle % 1) * 60
  return `${Math.trunc(angle)}° ${Math.trunc(minutes)}' ${((minutes % 1) * 60).toFixed(digits)}"`
}

/** `ddmm.mmm`, as NMEA 0183 writes it. */
function degreesMinutes(angle: number, width: number, digits: number): string {
  const minutes = ((angle % 1) * 60).toFixed(digits)
  return String(Math.trunc(angle)).padStart(width, '0') + minutes.padStart(digits === 0 ? 2 : digits + 3, '0')
}

/** In metres, by the haversine formula. */
export function distance(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const halfChord =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(halfChord)))
}

/**
 * Counts how often a ray to the east crosses an edge. An edge goes the shorter way around the Earth, so an area may
 * cross the antimeridian. Areas around a pole are not supported.
 */
export function isInside({ latitude, longitude }: Point, corners: readonly Point[]): boolean {
  const ring = unroll(corners)
  const west = ring.reduce((least, corner) => Math.min(least, corner.longitude), Number.POSITIVE_INFINITY)
  // The longitude of the point on the scale of the ring: less than a turn to the east of its western end.
  const east = longitude + 360 * Math.ceil((west - longitude) / 360)
  let inside = false
  let previous = ring.at(-1)
  for (const corner of ring) {
    if (previous && corner.latitude > latitude !== previous.latitude > latitude) {
      const slope = (previous.longitude - corner.longitude) / (previous.latitude - corner.latitude)
      if (east < corner.longitude + slope * (latitude - corner.latitude)) inside = !inside
    }
    previous = corner
  }
  return inside
}

/** Moves each corner to within half a turn of the one before it, so that longitudes may exceed 180. */
function unroll(corners: readonly Point[]): Point[] {
  let previous = corners[0]?.longitude ?? 0
  return corners.map(({ latitude, longitude }) => {
    previous = longitude + 360 * Math.round((previous - longitude) / 360)
    return { latitude, longitude: previous }
  })
}
