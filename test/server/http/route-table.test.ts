import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildRouteTable, type RouteTable } from '../../../server/http/route-table.ts'
import { fakeApplication } from './fake-application.ts'

function tableOf(...endpoints: string[]): RouteTable {
  return buildRouteTable(fakeApplication(Object.fromEntries(endpoints.map((text) => [text, {}]))).endpoints)
}

function routeAt(table: RouteTable, path: string, method = 'GET') {
  const match = table.find(method, path)
  return match === undefined ? undefined : [match.endpoint.spec.route, match.params]
}

describe('A route table', () => {
  test.each([
    ['/devices', '/devices', {}],
    ['/devices', '/devices/', {}],
    ['/devices/', '/devices', {}],
    ['/', '/', {}],
    ['/devices/{id}', '/devices/7', { id: '7' }],
    ['/devices/{id}', '/devices/a%20b%2Fc', { id: 'a b/c' }],
    ['/devices/{id}', '/devices/gr%C3%BCn', { id: 'grün' }],
    ['/devices/{device-id}/data', '/devices/7/data', { 'device-id': '7' }],
    ['/devices/{id?}', '/devices/7', { id: '7' }],
    ['/devices/{id?}', '/devices', {}],
    ['/{id?}', '/', {}],
    ['/files/{path*}', '/files/a/b.txt', { path: 'a/b.txt' }],
    ['/files/{path*}', '/files', { path: '' }],
    ['/files/{path*}', '/files/', { path: '' }],
    ['/{path*}', '/', { path: '' }],
    ['/{owner}/files/{path*}', '/ada/files/a/b', { owner: 'ada', path: 'a/b' }],
    ['/grün', '/gr%C3%BCn', {}],
    ['/a:b', '/a:b', {}],
    ['/v1.0/{a}', '/v1.0/x.y-z', { a: 'x.y-z' }],
  ])('finds %s at %s', (route, path, params) => {
    expect(routeAt(tableOf(`GET ${route}`), path)).toEqual([route, params])
  })

  test.each([
    ['/devices', '/Devices'],
    ['/devices/{id}', '/devices'],
    ['/devices/{id}', '/devices/'],
    ['/devices/{id}', '/devices/7/8'],
    ['/devices/{id}/data', '/devices//data'],
    ['/{a}/{b}', '//'],
    ['/devices', '//devices'],
    ['/devices/{id?}', '/devices/7/8'],
    ['/files/{path*}', '/filesystem'],
  ])('does not find %s at %s', (route, path) => {
    expect(routeAt(tableOf(`GET ${route}`), path)).toBeUndefined()
  })

  test.each([
    ['/devices/new', '/devices/new'],
    ['/devices/7', '/devices/{id}'],
    ['/devices/7/data', '/devices/{path*}'],
    ['/devices', '/devices'],
    ['/users', '/users/{id?}'],
  ])('gives %s to the most specific route, %s', (path, route) => {
    const routes = ['/users/{path*}', '/users/{id?}', '/devices/{path*}', '/devices/{id}', '/devices/new', '/devices']
    const endpoints = routes.map((text) => `GET ${text}`)
    expect(routeAt(tableOf(...endpoints), path)?.[0]).toBe(route)
    expect(routeAt(tableOf(...endpoints.reverse()), path)?.[0]).toBe(route)
  })

  test('names parameters by the route that matched, where methods name them differently', () => {
    const table = tableOf('GET /devices/{id}', 'PUT /devices/{deviceId}', 'GET /devices/{which}/data')
    expect(routeAt(table, '/devices/7', 'PUT')).toEqual(['/devices/{deviceId}', { deviceId: '7' }])
    expect(routeAt(table, '/devices/7/data')).toEqual(['/devices/{which}/data', { which: '7' }])
  })

  test('passes over an endpoint that is not enabled, to the next best', () => {
    const { endpoints } = fakeApplication({ 'GET /devices/new': { enabled: false }, 'GET /devices/{id}': {} })
    expect(routeAt(buildRouteTable(endpoints), '/devices/new')).toEqual(['/devices/{id}', { id: 'new' }])
  })

  test('lists the methods of a path', () => {
    const table = tableOf('PUT /devices/{id}', 'GET /devices/{id}', 'POST /devices')
    expect(table.methodsAt('/devices/7')).toEqual(['GET', 'PUT'])
    expect(table.methodsAt('/nowhere')).toEqual([])
  })

  test('takes a parameter as long as a URL', () => {
    const id = 'x'.repeat(15_000)
    expect(routeAt(tableOf('GET /devices/{id}'), `/devices/${id}`)).toEqual(['/devices/{id}', { id }])
  })

  test('gives back every text that a client encodes', () => {
    const table = tableOf('GET /devices/{id}/data')
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), (id) => {
        expect(routeAt(table, `/devices/${encodeURIComponent(id)}/data`)).toEqual(['/devices/{id}/data', { id }])
      }),
    )
  })

  test('answers or finds nothing, whatever the path', () => {
    const table = tableOf('GET /{a}/b', 'GET /{path*}', 'GET /a/{b?}')
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', 'a', '%', '2', 'F', 'z', '.', '{', ':', '*', '\u00fc') }),
        (tail) => {
          const match = table.find('GET', `/${tail}`)
          for (const value of Object.values(match?.params ?? {})) expect(typeof value).toBe('string')
        },
      ),
    )
  })
})
