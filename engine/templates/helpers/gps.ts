/** A GPS value is `latitude,longitude` in degrees. https://docs.losant.com/devices/attributes/ */
import { isObject, toNumber, toText } from '../../coerce.ts'
import { readOwn } from '../../path.ts'
import type { ValueHelper } from '../helper.ts'

interface Point {
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

function toPoint(value: unknown): Point | undefined {
  const [latitude, longitude] =
    isObject(value) && !Array.isArray(value)
      ? [readOwn(value, 'latitude'), readOwn(value, 'longitude')].map(toNumber)
      : toText(value).split(',').map(toNumber)
  if (latitude === undefined || longitude === undefined) return undefined
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined
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

/** Haversine formula. */
function distance(a: Point, b: Point): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const halfChord =
    Math.sin(radians(b.latitude - a.latitude) / 2) ** 2 +
    Math.cos(radians(a.latitude)) *
      Math.cos(radians(b.latitude)) *
      Math.sin(radians(b.longitude - a.longitude) / 2) ** 2
  return 2 * earthRadiusMetres * Math.asin(Math.min(1, Math.sqrt(halfChord)))
}

/** Counts how often a ray to the east crosses an edge. */
function isInside({ latitude, longitude }: Point, corners: readonly Point[]): boolean {
  let inside = false
  let previous = corners.at(-1)
  for (const corner of corners) {
    if (previous && corner.latitude > latitude !== previous.latitude > latitude) {
      const slope = (previous.longitude - corner.longitude) / (previous.latitude - corner.latitude)
      if (longitude < corner.longitude + slope * (latitude - corner.latitude)) inside = !inside
    }
    previous = corner
  }
  return inside
}
