/** Reads times that are given as text, by one rule for states, commands and queries. */

const isoForm = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?) ?(Z|z|[+-]\d\d:?\d\d|[+-]\d\d)?)?$/
/** As browsers and mail write it: `Mon, 30 Nov 2026 10:00:00 GMT`, `Mon Nov 30 2026 10:00:00 GMT+0100 (…)`. */
const wordForm =
  /^(?:[A-Z][a-z]{2},? )?(?:\d{1,2} [A-Z][a-z]{2}|[A-Z][a-z]{2} \d{1,2}) \d{4} \d\d:\d\d(?::\d\d)?(?: (?:GMT|UTC|Z)?([+-]\d{4})?)?(?: \([^)]{1,60}\))?$/
/** As in the United States: month, day, year. */
const slashForm = /^\d{1,2}\/\d{1,2}\/\d{4}(?:,? \d{1,2}:\d\d(?::\d\d)?(?: ?[AP]M)?)?$/i

/** Milliseconds since 1970, or `undefined` for what is no time. A time without a zone is UTC, and never in the zone of this process. */
export function readTimeText(given: string): number | undefined {
  const text = given.trim()
  // All forms are short. Do not run the patterns on long texts.
  if (text.length > 120) return undefined
  const iso = isoForm.exec(text)
  if (iso) {
    const [, date = '', time = '00:00', zone = 'Z'] = iso
    const offset =
      zone.toUpperCase() === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone.replace(/^(...)(\d\d)$/, '$1:$2')
    return parsed(`${date}T${time.replace(',', '.')}${offset}`, date)
  }
  if (wordForm.test(text)) return parsed(/ (GMT|UTC|Z)|[+-]\d{4}/.test(text) ? text : `${text} UTC`)
  return slashForm.test(text) ? parsed(`${text} UTC`) : undefined
}

/** `date` is checked, since the 30th of February would become the 2nd of March. */
function parsed(text: string, date?: string): number | undefined {
  const time = Date.parse(text)
  if (Number.isNaN(time)) return undefined
  if (date === undefined) return time
  const day = new Date(`${date}T00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date) ? time : undefined
}
