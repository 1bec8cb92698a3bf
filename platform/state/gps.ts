/** Reads positions in the four formats in which devices may report them. */

const decimalForm = /^([+-]?\d{1,3}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)$/
const degreesForm = /^(\d{1,3})°\s*(\d{1,2})['′]\s*(\d{1,2}(?:\.\d+)?)(?:"|″|'')\s*([NSEW])$/i
const nmeaForm = /^\$[A-Z]{2}(GLL|GGA),/i

/** Returns `latitude,longitude` in decimal degrees, or `undefined` for anything else than a place on Earth. */
export function readPosition(text: string): string | undefined {
  const trimmed = text.trim()
  // All formats are short. Do not run the patterns on long texts.
  if (trimmed.length > 200) return undefined
  const decimal = decimalForm.exec(trimmed)
  // The digits stay as they were given.
  if (decimal) return toText(decimal[1], decimal[2])
  const sentence = nmeaForm.exec(trimmed)
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
  const [, degrees, minutes, seconds, hemisphere = ''] = degreesForm.exec(part ?? '') ?? []
  if (degrees === undefined || !hemispheres.includes(hemisphere.toUpperCase())) return undefined
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return undefined
  return signed(Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3600, hemisphere)
}

/** Reads `ddmm.mmm`: first `digits` digits of degrees, then minutes. */
function readNmea(field: string | undefined, hemisphere = '', digits: number): number | undefined {
  if (field === undefined || !/^\d+(\.\d+)?$/.test(field) || !/^[NSEW]$/i.test(hemisphere)) return undefined
  const whole = field.split('.')[0] ?? ''
  if (whole.length !== digits + 2) return undefined
  const minutes = Number(field.slice(digits))
  return minutes < 60 ? signed(Number(field.slice(0, digits)) + minutes / 60, hemisphere) : undefined
}

/** Rounds to a tenth of a millimetre, which is more precise than any receiver. */
function signed(degrees: number, hemisphere: string): number {
  const rounded = Math.round(degrees * 1e9) / 1e9
  return /[SW]/i.test(hemisphere) && rounded !== 0 ? -rounded : rounded
}
