import { Type } from 'typebox'
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import { scalar } from '../../engine/json-schema/shape.ts'
import { defineNode, type NodeCheck, type RawConfig } from '../../engine/node.ts'
import { PathTo, Value, ValueOf } from '../../engine/schema.ts'
import { distance, isInside, type Point, toPoint } from '../../engine/templates/helpers/gps.ts'
import { filled, templateAt } from '../parts/losant-fields.ts'
import { lacking, onlyOne, wrongValue } from '../parts/misplaced.ts'
import { written } from '../parts/written.ts'

export const geofence = defineNode({
  type: 'geofence',
  losant: { type: 'GeofenceNode', translate },
  summary: 'Takes one of two ways, depending on whether a position is within an area.',
  description: `The area is a circle, given by \`center\` and \`radiusMeters\`, or a \`polygon\`. \`then\` is taken inside and on the edge of a circle; \`else\` outside, and
if the position or the area is not valid, such as when a device has no fix.

A position is \`latitude,longitude\` in degrees, or a map with \`latitude\` and \`longitude\`. In a list, YAML needs quotes around the text. The
edges of a polygon go the shorter way around the Earth, so that an area may cross the antimeridian.`,
  config: Type.Object({
    position: Value({ description: 'The position to check.', examples: ['<< data.location >>'] }),
    center: Type.Optional(Value({ description: 'The middle of a circle.', examples: ['39.1031,-84.512'] })),
    radiusMeters: Type.Optional(
      ValueOf(Type.Number({ minimum: 0 }), { description: 'Its radius, in meters.', acceptsDigits: true }),
    ),
    polygon: Type.Optional(
      Value({ description: 'The corners in order, at least three.', examples: ['<< data.field.corners >>'] }),
    ),
    result: Type.Optional(
      PathTo({
        description:
          'Where the distance to the center goes, in meters, or for a polygon `true` or `false`. It stays unchanged if the position or the area is not valid.',
      }),
    ),
    branchResult: Type.Optional(
      PathTo({ description: 'Where `inside` or `outside` goes, according to the way that is taken.' }),
    ),
  }),
  outputs: ['else', 'then'],
  check,
  writes: ({ result, branchResult }) => [result, branchResult].flatMap((path) => written(path, scalar)),
  compile: ({ position, center, radiusMeters, polygon, result, branchResult }) => {
    return (payload) => {
      const point = toPoint(position(payload))
      const finding = polygon
        ? findInPolygon(point, polygon(payload))
        : findInCircle(point, toPoint(center?.(payload)), radiusMeters?.(payload))
      if (finding) result?.set(payload, finding.result)
      branchResult?.set(payload, finding?.isInside ? 'inside' : 'outside')
      return finding?.isInside ? 'then' : 'else'
    }
  },
  examples: [
    {
      title: 'Within 500 meters of home',
      yaml: `type: geofence
position: << data.location >>
center: 39.1031,-84.512
radiusMeters: 500
result: data.metersFromHome`,
      payload: { data: { location: '39.1031,-84.512' } },
      expect: { output: 'then', payload: { 'data.metersFromHome': 0 } },
    },
    {
      title: 'A field that lies across the antimeridian',
      yaml: `type: geofence
position: << data.location >>
polygon: [ "-16,179", "-16,-179", "-18,-179", "-18,179" ]
result: data.isOnTheField`,
      payload: { data: { location: { latitude: -17, longitude: -179.5 } } },
      expect: { output: 'then', payload: { 'data.isOnTheField': true } },
    },
    {
      title: 'A device without a fix',
      yaml: `type: geofence
position: << data.location >>
center: << data.home >>
radiusMeters: 500
branchResult: data.where`,
      payload: { data: { location: null, home: '39.1031,-84.512' } },
      expect: { output: 'else', payload: { 'data.where': 'outside' } },
    },
  ],
})

interface Finding {
  readonly isInside: boolean
  readonly result: number | boolean
}

function findInCircle(point?: Point, center?: Point, radius?: number): Finding | undefined {
  if (!point || !center || radius === undefined) return undefined
  const meters = distance(point, center)
  return { isInside: meters <= radius, result: meters }
}

/** `undefined` if any corner cannot be read, since the others would form another area. */
function findInPolygon(point: Point | undefined, polygon: unknown): Finding | undefined {
  if (!point || !Array.isArray(polygon) || polygon.length < 3) return undefined
  const corners = polygon.map(toPoint).filter((corner) => corner !== undefined)
  if (corners.length < polygon.length) return undefined
  const inside = isInside(point, corners)
  return { isInside: inside, result: inside }
}

function check(node: NodeCheck): void {
  const { config, report } = node
  const circle = ['center', 'radiusMeters']
  const { polygon, center } = config
  if (polygon !== undefined) {
    for (const field of circle) onlyOne(node, ['polygon', field])
    checkPolygon(polygon, report)
    return
  }
  const missing = circle.filter((field) => config[field] === undefined)
  if (missing.length > 0) {
    lacking(report, `The area is missing ${missing.join(' and ')}.`, 'Give center and radiusMeters, or polygon.')
  }
  if (center !== undefined) checkPosition(center, ['center'], report)
}

function checkPolygon(polygon: unknown, report: NodeCheck['report']): void {
  if (Array.isArray(polygon)) polygon.forEach((corner, index) => void checkPosition(corner, ['polygon', index], report))
  const isTooFew = Array.isArray(polygon) ? polygon.length < 3 : !hasTemplate(polygon)
  if (!isTooFew) return
  wrongValue(report, ['polygon'], 'polygon must be a list of at least three positions.')
}

function checkPosition(value: unknown, at: readonly (string | number)[], report: NodeCheck['report']): void {
  if (hasTemplate(value) || toPoint(value)) return
  const hint = 'Write latitude and longitude in degrees, as in "39.1031,-84.512".'
  wrongValue(report, at, `${at.join(' ')} is not a position.`, hint)
}

function translate(config: RawConfig): RawConfig {
  return {
    position: config.gpsCheck,
    ...translateArea(config),
    ...filled({ result: config.resultPath, branchResult: config.branchPath }),
  }
}

function translateArea({ checkType = 'radius', gpsCenter, radius, polygonCoords, polygonPath }: RawConfig): RawConfig {
  switch (checkType) {
    case 'radius':
      return { center: gpsCenter, radiusMeters: radius }
    case 'polygonCoords': {
      const lines = String(polygonCoords).split('\n')
      return { polygon: lines.filter((line) => line.trim() !== '') }
    }
    case 'polygon':
      return { polygon: templateAt(polygonPath, 'polygonPath') }
    default:
      throw new Error(`A Geofence node's checkType cannot be ${JSON.stringify(checkType)}.`)
  }
}
