import { describe, expect, it } from 'vitest'
import { FlowpotError } from '../../../contracts/errors.ts'
import { giveClock } from '../../../engine/templates/clock.ts'
import { compileTemplate, helperNames } from '../../../engine/templates/template.ts'

const payload = {
  n: 4,
  big: 1234.56789,
  text: 'Hello World',
  number: '7',
  none: null,
  empty: '',
  list: ['b', 'a', { x: 1 }],
  tags: [
    { key: 'owner', value: 'ada' },
    { key: 'kind', value: 'pot', deep: { at: 'x' } },
  ],
  object: { a: 1, b: 'x y', list: [1, 2] },
  date: new Date('2016-09-28T19:40:25.123Z'),
  iso: '2016-09-28T19:40:25.123Z',
  here: '39.1031,-84.512',
  square: ['0,0', '0,10', '10,10', '10,0'],
  pattern: '(a+)+$',
  alternatives: '^(hello|goodbye)',
  many: 'a'.repeat(5000),
  half: 'a\uD800b',
  poison: '{"__proto__":{"a":1}}',
  document: {
    children: [
      {
        type: 'element',
        name: 'p',
        attributes: { class: 'a' },
        children: [
          { type: 'text', value: '1 < 2' },
          { type: 'element', name: 'br', children: [] },
        ],
      },
    ],
  },
  hostile: { toString: 1, valueOf: 1, toJSON: 1, length: -1 },
}
giveClock(payload, { now: () => Date.parse('2016-09-28T20:00:00Z') })
const text = (source: string) => compileTemplate(source).text(payload)

const cases: Record<string, [string, string][]> = {
  math: [
    ['<< add n number >> << add n none >> << add n text >>', '11 4 NaN'],
    ['<< subtract n 1 >> << multiply n 2.5 >> << divide n 8 >> << add hostile 1 >>', '3 10 0.5 NaN'],
    ['<< ceil big >> << floor big >> << max n 9 >> << min n 9 >>', '1235 1234 9 4'],
    ['<< scaleLinear 0 10 0 100 n >> << add (multiply n 1.8) 32 >>', '40 39.2'],
  ],
  text: [
    ['<< upper text >> << lower text >> << titleCase "the QUICK fox" >>', 'HELLO WORLD hello world The Quick Fox'],
    ['[<< trim "  x " >>] << substring text 6 >> << substring text 0 5 >>', '[x] World Hello'],
    ['<< join list >> << join list ", " >> << join text >>', 'b,a,{"x":1} b, a, {"x":1} Hello World'],
    ['<< upper missing >><< lower hostile >>', '{"tostring":1,"valueof":1,"tojson":1,"length":-1}'],
  ],
  minus: [['<< format -1.5 ",.2f" >> << format -3 "(.1f" >>', '-1.50 (3.0)']],
  json: [
    [
      '<< jsonEncode object >> << jsonEncode missing >> << jsonEncode none >>',
      '{"a":1,"b":"x y","list":[1,2]} undefined null',
    ],
    ['<< jsonEncode list 1 >>', JSON.stringify(payload.list, null, 1)],
    ['<< lookup (jsonDecode "{\\"a\\":5}") "a" >><< jsonDecode "{" >>', '5'],
    ['<< jsonEncode hostile >>', '{"toString":1,"valueOf":1,"toJSON":1,"length":-1}'],
  ],
  encoding: [
    ['<< encodeURI "a b&c" >> << encodeURIComponent "a b&c" >>', 'a%20b&c a%20b%26c'],
    ['<< decodeURI "a%20b" >> << decodeURIComponent "a%26b" >> << decodeURIComponent "100%" >>', 'a b a&b 100%'],
    ['<< encodeBase64 "é" >> << decodeBase64 "w6k=" >> << encodeURIComponent half >>', 'w6k= é a%EF%BF%BDb'],
    ['<< queryStringEncode object >>', 'a=1&b=x%20y&list=1&list=2'],
    ['<< toHtml document >>[<< toHtml text >><< toHtml hostile >>]', '<p class="a">1 &lt; 2<br/></p>[]'],
    ['[<< jsonDecode poison >>]', '[]'],
  ],
  collections: [
    ['<< length list >> << length object >> << length text >>[<< length n >>]', '3 3 11[]'],
    ['<< last (array 1 2 3) >> << last text >> << lookup object "b" >> << lookup list 1 >>', '3 d x y a'],
    ['[<< lookup object "toString" >><< lookup list "map" >>]', '[]'],
    ['<< jsonEncode (merge object (obj a=2 c=n)) >>', '{"a":2,"b":"x y","list":[1,2],"c":4}'],
    ['<< defaultTo none "x" >> << defaultTo empty "y" >> << defaultTo n "z" >>', 'x y 4'],
    ['<< typeof n >> << typeof text >> << typeof none >> << typeof gone >>', 'number string null undefined'],
    ['<< typeof list >> << typeof date >> << typeof object >> << typeof true >>', 'array date object boolean'],
    [
      '<< valueByKey tags "owner" >> << valueByKey tags "pot" "value" "deep.at" >>[<< valueByKey tags "no" >>]',
      'ada x[]',
    ],
    ['<< indexByKey tags "kind" >> << indexByKey tags "no" >> << indexByKey n "no" >>', '1 -1 -1'],
  ],
  format: [
    ['<< format big >> << format big ",.5" >> << format n "$,.2f" >> << format n >>', '1,234.57 1,234.6 $4.00 4'],
    ['<< format n "nonsense" >> << format n "999999999d" >>', '4 4'],
    ['<< format text "x" >> << format none >> << format object >>', 'Hello World  {"a":1,"b":"x y","list":[1,2]}'],
    [
      '<< format date >> << format date "x" >> << format date "MMMM" >>',
      '09/28/2016 7:40:25 PM 1475091625123 September',
    ],
    ['<< formatDate iso "YYYY-MM-DD HH:mm:ss.SSS Z" >>', '2016-09-28 19:40:25.123 +00:00'],
    ['<< formatDate "2016-09-28T19:40:25" "X" >> << formatDate 1475091625123 "SS S" >>', '1475091625 12 1'],
    [
      '<< formatDate iso "L LT" tz="America/New_York" >> << formatDate iso "HH" tz="Mars/Base" >>',
      '09/28/2016 3:40 PM 19',
    ],
    ['<< formatDate iso "dddd Do DDDo DDDD Wo E [week] w" >>', 'Wednesday 28th 272nd 272 39th 3 week 40'],
    [
      '<< formatDate gone >> << formatDate "no date" >> << formatDate hostile >>',
      'Invalid date Invalid date Invalid date',
    ],
    ['<< formatDateRelative date >> << formatDateRelative date "2016-09-30" >>', '20 minutes ago a day ago'],
    ['<< currentDateTime "HH:mm" >> << currentDateTime "HH:mm" tz="Asia/Tokyo" >>', '20:00 05:00'],
  ],
  gps: [
    ['<< formatGps here >> << formatGps here "decimal" 1 >>', '39.103100,-84.512000 39.1,-84.5'],
    [
      '<< formatGps here "sexagesimal" 1 >> << formatGps here "gga" 3 >>',
      `39° 6' 11.2" N, 84° 30' 43.2" W 3906.186,N,08430.720,W`,
    ],
    ['<< floor (gpsDistance "0,0" "0,1") >>[<< gpsDistance "x" "0,1" >>]', '111195[]'],
    [
      '<< gpsIsPointInside "5,5" square >> << gpsIsPointInside "5,15" square >> << gpsIsPointInside n n >>',
      'true false false',
    ],
  ],
  conditions: [
    ['<<#eq n 4>>a<</eq>><<#eq n "4">>b<</eq>><<#ne n "4">>c<</ne>>', 'ac'],
    [
      '<<#gt n 3>>a<</gt>><<#gte n 4>>b<</gte>><<#lt n "10">>c<</lt>><<#lte n 3>>d<</lte>><<#gt hostile 1>>e<</gt>>',
      'abc',
    ],
    [
      '<<#includes list "a">>a<</includes>><<#includes object 1>>b<</includes>><<#includes text "World">>c<</includes>>',
      'abc',
    ],
    ['<<#includes n 4>>a<<else>>b<</includes>><<#includes list 1>>c<</includes>>', 'b'],
    [
      '<<#match text "^hel">>a<<else>>b<</match>><<#match text "World$">>c<</match>><<#match "goodbye" alternatives>>d<</match>>',
      'bcd',
    ],
    ['<<#if (eq n 4)>>a<</if>><< jsonEncode (obj big=(gt n 3)) >>', 'a{"big":true}'],
  ],
}

describe.each(Object.entries(cases))('the helpers for %s', (_, rows) => {
  it.each(rows)('%j gives %j', (source, result) => {
    expect(text(source)).toBe(result)
  })
})

describe('every helper', () => {
  const tested = Object.values(cases)
    .flat()
    .map(([source]) => source)
    .join()

  it.each(helperNames.filter((name) => !['if', 'unless', 'each', 'with'].includes(name)))(
    '%s has a case here',
    (name) => {
      expect(tested).toMatch(new RegExp(`[#( ]${name} `))
    },
  )

  it.each(helperNames)('%s takes whatever a payload holds', (name) => {
    for (const value of Object.keys(payload)) {
      for (const source of [
        `<< ${name} ${value} >>`,
        `<< ${name} ${value} ${value} >>`,
        `<<#${name} ${value}>>x<</${name}>>`,
        `<<#${name} text ${value}>>x<</${name}>>`,
      ]) {
        const template = compiled(source)
        if (template && name !== 'match') expect(template.text(payload)).toBeTypeOf('string')
      }
    }
  })

  /** `undefined` where the helper is of another kind, or takes another number of arguments. */
  function compiled(source: string) {
    try {
      return compileTemplate(source)
    } catch (error) {
      expect(error).toMatchObject({ code: 'FLOW_TEMPLATE_SYNTAX' })
      return undefined
    }
  }
})

describe('a pattern that comes with the payload', () => {
  it('is refused where it is long, however harmless it looks', () => {
    const template = compileTemplate('<<#match many many>>x<</match>>')
    expect(() => template.text(payload)).toThrow(/it has more than 200 characters/)
  })

  it.each(['half', 'hostile'])('is tried as text, whatever it is: %s', (name) => {
    expect(text(`<<#match many ${name}>>x<<else>>y<</match>>`)).toBe('y')
  })

  it.each(['(a+)+$', '(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b', '(a)\\1', 'a*a*a*b', '('])(
    '%s on a long text is an error of the run',
    (pattern) => {
      const template = compileTemplate('<<#match many pattern>>x<</match>>')
      expect(() => template.text({ ...payload, pattern })).toThrow(FlowpotError)
    },
  )
})
