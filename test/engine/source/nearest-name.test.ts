import { expect, test } from 'vitest'
import { nearestName } from '../../../engine/source/nearest-name.ts'

test.each([
  ['conditonal', ['reply', 'conditional', 'api'], 'conditional'],
  ['manufacturerID', ['manufacturerId', 'deviceId'], 'manufacturerId'],
  ['statsu', ['status', 'state'], 'status'],
  ['devices.psot', ['devices.get', 'devices.post'], 'devices.post'],
  ['fi', ['id', 'if'], 'if'],
  ['zzz', ['reply', 'api'], undefined],
  ['x', ['a', 'b'], undefined],
  ['', ['a'], undefined],
  ['a', [], undefined],
  ['a'.repeat(100_000), ['a'], undefined],
])('%s is near to %j: %s', (name, names, nearest) => {
  expect(nearestName(name, names)).toBe(nearest)
})
