import { expect, test } from 'vitest'
import { parseEndpoint } from '../../../engine/route.ts'
import { endpointFiles } from '../../../workbench/scaffold/endpoint-files.ts'

test.each([
  ['GET /', 'get-root'],
  ['GET /devices', 'get-devices'],
  ['POST /devices/', 'post-devices'],
  ['GET /devices/{id}/data', 'get-devices-id-data'],
  ['DELETE /Devices/{deviceId?}', 'delete-devices-deviceid'],
  ['GET /files/{rest*}', 'get-files-rest'],
  ['GET /a.test', 'get-a-test'],
  ['GET /~', 'get-root'],
  ['GET /größe', 'get-größe'],
  [`GET /${'long-'.repeat(100)}`, `get-${'long-'.repeat(10)}`],
])('the files of %s are %s.yaml and its test', (endpoint, name) => {
  const { flow, test } = endpointFiles(parseEndpoint(endpoint), 'pots')
  expect([flow.file, test.file]).toEqual([`pots/${name}.yaml`, `pots/${name}.test.yaml`])
})
