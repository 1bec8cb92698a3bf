import { describe, expect, it } from 'vitest'
import { geofence } from '../../../nodes/logic/geofence.ts'
import { problemsOf, runNode } from '../run-node.ts'

async function locate(fields: string, data: object) {
  const yaml = `type: geofence\nposition: << data.position >>\n${fields}\nresult: data.result\nbranchResult: data.where`
  const { error, output, payload } = await runNode({ yaml, payload: { data } })
  if (error !== undefined) throw error
  const { result, where } = payload.data as { result?: unknown; where: unknown }
  expect(where).toBe(output === 'then' ? 'inside' : 'outside')
  return { output, result }
}

const circle = 'center: << data.center >>\nradiusMeters: << data.radius >>'

describe('a circle', () => {
  it.each([
    // A minute of latitude is a nautical mile, near enough.
    ['0,0', '0,0.0166667', 1854, 'then'],
    ['0,0', '0,0.0166667', 1853, 'else'],
    ['39.1031,-84.512', '39.1031,-84.512', 0, 'then'],
    ['0,179.9999', '0,-179.9999', 23, 'then'],
    ['89.9999,0', '89.9999,180', 23, 'then'],
  ])(
    'has the point %s, with the center %s and a radius of %d, within it or not',
    async (position, center, radius, way) => {
      const { output, result } = await locate(circle, { position, center, radius })
      expect(output).toBe(way)
      expect(result).toBeTypeOf('number')
    },
  )

  it('tells the distance in meters, and takes the radius as digits', async () => {
    const { result } = await locate(circle, {
      position: { latitude: 52.52, longitude: 13.405 },
      center: '48.1351,11.582',
      radius: '500000',
    })
    // Berlin to Munich.
    expect(Number(result) / 1000).toBeCloseTo(504.4, 0)
  })

  it('takes its rim for inside', async () => {
    const { result } = await locate(circle, { position: '0,1', center: '0,0', radius: 1 })
    expect((await locate(circle, { position: '0,1', center: '0,0', radius: result })).output).toBe('then')
  })
})

const polygon = 'polygon: << data.polygon >>'
const square = ['0,0', '0,10', '10,10', '10,0']
/** A C that is open to the east. */
const hollow = ['0,0', '0,10', '3,10', '3,5', '7,5', '7,10', '10,10', '10,0']

describe('a polygon', () => {
  it.each([
    ['5,5', square, true],
    ['5,10.1', square, false],
    ['-0.1,5', square, false],
    ['5,5', [...square].reverse(), true],
    ['5,5', [...square, '0,0'], true],
    ['5,7', hollow, false],
    ['5,2', hollow, true],
    ['-17,180', ['-16,179', '-16,-179', '-18,-179', '-18,179'], true],
    ['-17,-180', ['-16,179', '-16,-179', '-18,-179', '-18,179'], true],
    ['-17,179.5', ['-16,-179', '-18,-179', '-18,179', '-16,179'], true],
    ['-17,-179.5', ['-16,179', '-16,-179', '-18,-179', '-18,179'], true],
    ['-17,0', ['-16,179', '-16,-179', '-18,-179', '-18,179'], false],
    ['-17,178.9', ['-16,179', '-16,-179', '-18,-179', '-18,179'], false],
    ['60,-170', ['50,-160', '70,-160', '70,160', '50,160'], true],
  ])('has the point %s, of %j, within it or not: %s', async (position, corners, expected) => {
    const { output, result } = await locate(polygon, { position, polygon: corners })
    expect(result).toBe(expected)
    expect(output).toBe(expected ? 'then' : 'else')
  })

  it('may be written in the flow, and have many corners', async () => {
    expect(
      (await locate('polygon: [ "0,0", "0,10", { latitude: 10, longitude: 5 } ]', { position: '5,5' })).result,
    ).toBe(true)
    const corners = Array.from({ length: 20_000 }, (_, index) => {
      const angle = (index / 20_000) * 2 * Math.PI
      return { latitude: Math.sin(angle), longitude: Math.cos(angle) }
    })
    expect((await locate(polygon, { position: '0.5,0.5', polygon: corners })).result).toBe(true)
  })
})

describe('what is no position or no area', () => {
  it.each([
    [null],
    [''],
    [','],
    ['nowhere'],
    ['91,0'],
    ['0,181'],
    ['1'],
    [{ latitude: null, longitude: null }],
    [{ latitude: '', longitude: '' }],
    [{ toString: 1 }],
    [[[[]]]],
  ])('takes else, and writes no distance: %j', async (position) => {
    expect(await locate(circle, { position, center: '0,0', radius: 20_000_000 })).toEqual({
      output: 'else',
      result: undefined,
    })
    expect(await locate(polygon, { position, polygon: square })).toEqual({ output: 'else', result: undefined })
  })

  it.each([
    [circle, { center: 'home', radius: 1 }],
    [circle, { radius: 1 }],
    [polygon, {}],
    [polygon, { polygon: '0,0' }],
    [polygon, { polygon: [] }],
    [polygon, { polygon: ['0,0', '0,10'] }],
    [polygon, { polygon: [...square, 'home'] }],
    [polygon, { polygon: [...square, null] }],
  ])('takes else: %s of %j', async (fields, area) => {
    expect(await locate(fields, { ...area, position: '5,5' })).toEqual({ output: 'else', result: undefined })
  })

  it.each([-1, 'far', null])('fails the run where the radius is %j', async (radius) => {
    await expect(locate(circle, { position: '0,0', center: '0,0', radius })).rejects.toThrow('radiusMeters')
  })

  it.each([
    ['center: home\nradiusMeters: 5', 'center is not a position.'],
    ['center: 0,0', 'The area is missing radiusMeters.'],
    ['result: data.d', 'The area is missing center and radiusMeters.'],
    ['center: 0,0\nradiusMeters: -5', 'radiusMeters must be'],
    ['polygon: [ "0,0", "0,1" ]', 'polygon must be a list of at least three positions.'],
    ['polygon: 0,0', 'polygon must be a list of at least three positions.'],
    ['polygon: [ "0,0", "0,1", 1 ]', 'polygon 2 is not a position.'],
    ['polygon: [ "0,0", "0,1", "1,1" ]\ncenter: 0,0', 'center cannot be combined with polygon.'],
  ])('is a problem at load: %s', (fields, message) => {
    const problems = problemsOf(`type: geofence\nposition: << data.at >>\n${fields}`)
    expect(problems).toEqual([expect.objectContaining({ message: expect.stringContaining(message) })])
  })
})

describe("Losant's node", () => {
  it.each([
    [
      { checkType: 'radius', gpsCheck: '{{data.at}}', gpsCenter: '1,2', radius: '500', resultPath: '', branchPath: '' },
      { position: '{{data.at}}', center: '1,2', radiusMeters: '500' },
    ],
    [
      { checkType: 'polygonCoords', gpsCheck: '{{data.at}}', polygonCoords: '0,0\n0,1\n1,1\n', resultPath: 'data.r' },
      { position: '{{data.at}}', polygon: ['0,0', '0,1', '1,1'], result: 'data.r' },
    ],
    [
      { checkType: 'polygon', gpsCheck: '{{data.at}}', polygonPath: 'data.fence', branchPath: 'data.b' },
      { position: '{{data.at}}', polygon: '{{data.fence}}', branchResult: 'data.b' },
    ],
  ])('becomes one of these: %j', (losant, ours) => {
    expect(geofence.losant?.translate?.(losant)).toEqual(ours)
  })
})
