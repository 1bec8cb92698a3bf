/** What each helper of templates takes and gives, for editors. */

export interface HelperSignature {
  readonly signature: string
  readonly summary: string
}

const condition = (signature: string, summary: string): HelperSignature => ({
  signature,
  summary: `${summary} As a block it is written \`<<#…>> … <<else>> … <</…>>\`; in a subexpression it is true or false.`,
})

export const helperSignatures: Readonly<Record<string, HelperSignature>> = {
  if: condition('#if value', 'Whether the value is there and not empty.'),
  unless: condition('#unless value', 'Whether the value is missing or empty.'),
  eq: condition('#eq a b', 'Whether the two are the same value of the same type.'),
  ne: condition('#ne a b', 'Whether the two are different.'),
  gt: condition('#gt a b', 'Whether `a` is greater than `b`.'),
  gte: condition('#gte a b', 'Whether `a` is greater than or equal to `b`.'),
  lt: condition('#lt a b', 'Whether `a` is less than `b`.'),
  lte: condition('#lte a b', 'Whether `a` is less than or equal to `b`.'),
  includes: condition('#includes collection value', 'Whether a list, an object or a text contains the value.'),
  match: condition('#match text pattern', 'Whether the regular expression is found in the text.'),
  each: {
    signature: '#each list',
    summary: 'Repeats what it contains for each item, from which names are read there.',
  },
  with: { signature: '#with value', summary: 'Reads the names that it contains from this value.' },
  add: { signature: 'add a b → number', summary: 'The sum.' },
  subtract: { signature: 'subtract a b → number', summary: '`a` minus `b`.' },
  multiply: { signature: 'multiply a b → number', summary: 'The product.' },
  divide: { signature: 'divide a b → number', summary: '`a` divided by `b`.' },
  ceil: { signature: 'ceil number → number', summary: 'Rounds up.' },
  floor: { signature: 'floor number → number', summary: 'Rounds down.' },
  max: { signature: 'max a b … → number', summary: 'The greatest.' },
  min: { signature: 'min a b … → number', summary: 'The smallest.' },
  scaleLinear: {
    signature: 'scaleLinear fromLow fromHigh toLow toHigh value → number',
    summary: 'Maps a value from one range to another.',
  },
  upper: { signature: 'upper text → text', summary: 'In upper case.' },
  lower: { signature: 'lower text → text', summary: 'In lower case.' },
  titleCase: { signature: 'titleCase text → text', summary: 'Each word begins with a capital.' },
  trim: { signature: 'trim text → text', summary: 'Without white space at both ends.' },
  substring: {
    signature: 'substring text start [end] → text',
    summary: 'From `start` to before `end`, counted from 0.',
  },
  join: {
    signature: 'join list [separator] → text',
    summary: 'The items with the separator, a comma by default, between them.',
  },
  format: {
    signature: 'format number [pattern] → text',
    summary: "A number in one of D3's formats: `format data.part '.1%'`.",
  },
  formatDate: {
    signature: 'formatDate date [pattern] [tz=zone] → text',
    summary: "A date in one of Moment's formats: `formatDate time 'YYYY-MM-DD' tz='Europe/Berlin'`.",
  },
  formatDateRelative: {
    signature: 'formatDateRelative date [to] → text',
    summary: 'How long ago the date is, in words.',
  },
  currentDateTime: {
    signature: 'currentDateTime [pattern] [tz=zone] → text',
    summary: "Now, in one of Moment's formats.",
  },
  array: { signature: 'array a b … → list', summary: 'A list of the arguments.' },
  obj: { signature: 'obj key=value … → object', summary: 'An object of the arguments.' },
  merge: { signature: 'merge a b … → object', summary: 'One object of several; the last that has a key wins.' },
  lookup: { signature: 'lookup collection key → value', summary: 'The value at a key, or the item at an index.' },
  last: { signature: 'last list → item', summary: 'The last item of a list, or character of a text.' },
  length: { signature: 'length value → number', summary: 'How many items, keys or characters there are.' },
  valueByKey: {
    signature: "valueByKey list key [keyPath='key'] [valuePath='value'] → value",
    summary: 'The value of the item whose key is this one, as in a list of tags.',
  },
  indexByKey: {
    signature: "indexByKey list key [keyPath='key'] → number",
    summary: 'The index of the item whose key is this one; -1 if there is none.',
  },
  defaultTo: {
    signature: 'defaultTo value fallback → value',
    summary: 'The fallback if the value is missing, `null` or an empty text.',
  },
  typeof: {
    signature: 'typeof value → text',
    summary: "The type: 'string', 'number', 'boolean', 'object', 'array', 'date', 'null' or 'undefined'.",
  },
  jsonEncode: { signature: 'jsonEncode value [spaces] → text', summary: 'The value as JSON.' },
  jsonDecode: { signature: 'jsonDecode text → value', summary: 'The value of JSON; missing if the text is no JSON.' },
  encodeURI: { signature: 'encodeURI text → text', summary: 'Encodes a whole address.' },
  encodeURIComponent: { signature: 'encodeURIComponent text → text', summary: 'Encodes one part of an address.' },
  decodeURI: { signature: 'decodeURI text → text', summary: 'Decodes a whole address.' },
  decodeURIComponent: { signature: 'decodeURIComponent text → text', summary: 'Decodes one part of an address.' },
  encodeBase64: { signature: 'encodeBase64 text → text', summary: 'The text in Base64.' },
  decodeBase64: { signature: 'decodeBase64 text → text', summary: 'The text that the Base64 stands for.' },
  queryStringEncode: { signature: 'queryStringEncode object → text', summary: 'The object as a query: `a=1&b=2`.' },
  toHtml: { signature: 'toHtml document → text', summary: 'The HTML of a document as `html-parser` gives it.' },
  gpsDistance: { signature: 'gpsDistance from to → number', summary: 'The distance of two positions in metres.' },
  formatGps: {
    signature: 'formatGps position [style] [digits] → text',
    summary: "A position as 'degrees', 'sexagesimal', 'gga' or 'decimal'.",
  },
  gpsIsPointInside: {
    signature: 'gpsIsPointInside position polygon → true or false',
    summary: 'Whether the position is inside of the polygon.',
  },
}
