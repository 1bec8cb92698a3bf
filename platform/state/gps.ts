/** Reads a position in the four forms that a device may report it in. */

const DECIMAL = /^([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)$/
const DEGREES = /^(\d{1,3})°\s*(\d{1,2})['′]\s*(\d{1,2}(?:\.\d+)?)(?:"|″|'')\s*([NSEW])$/i
const NMEA = /^\$[A-Z]{2}(GLL|GGA),/i

/** `latitude,longitude` in decimal degrees; `undefined` for anything that is no place on Earth. */
export function readPosition(text: string): string | undefined {
  const trimmed = text.trim()
  // The forms are short, and what is not is not worth a pattern's time.
  if (trimmed.length > 200) return undefined
  const decimal = DECIMAL.exec(trimmed)
  // As it was given: no digit is lost.
  if (decimal) return toText(decimal[1], decimal[2])
  const sentence = NMEA.exec(trimmed)
  if (sentence) {
    const fields = trimmed.split(',')
    // A GGA begins with the time of day: https://gpsd.gitlab.io/gpsd/NMEA.html
    const [latitude, south, longitude, west] = fields.slice(sentence[1]?.toUpperCase() === 'GGA' ? 2 : 1)
    return toText(readNmea(latitude, south, 2), readNmea(longitude, west, 3))
  }
  const [latitude, longitude, ...more] = trimmed.split(/\s*,\s*/)
  if (more.length > 0) return undefined
  return toText(readDegrees(latitude, 'NS'), readDegrees(longitude, 'EW'))
}

function toText(latitude: string | number | undefined, longitude: string | number | undefined): string | undefined {
  if (latitude === undefined || longitude === undefined) return undefined
  if (Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return undefined
  return `${latitude},${longitude}`
}

function readDegrees(part: string | undefined, hemispheres: string): number | undefined {
  const [, degrees, minutes, seconds, hemisphere = ''] = DEGREES.exec(part ?? '') ?? []
  if (degrees === undefined || !hemispheres.includes(hemisphere.toUpperCase())) return undefined
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return undefined
  return signed(Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600, hemisphere)
}

/** `ddmm.mmm`: so many digits of degrees, then minutes. */
function readNmea(field: string | undefined, hemisphere = '', digits: number): number | undefined {
  if (field === undefined || !/^\d+(\.\d+)?$/.test(field) || !/^[NSEW]$/i.test(hemisphere)) return undefined
  const whole = field.split('.')[0] ?? ''
  if (whole.length !== digits + 2) return undefined
  const minutes = Number(field.slice(digits))
  return minutes < 60 ? signed(Number(field.slice(0, digits)) + minutes / 60, hemisphere) : undefined
}

/** To a tenth of a millimetre, which is more than a receiver knows. */
function signed(degrees: number, hemisphere: string): number {
  const rounded = Math.round(degrees * 1e9) / 1e9
  return /[SW]/i.test(hemisphere) && rounded !== 0 ? -rounded : rounded
}
