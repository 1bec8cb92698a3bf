import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { anonymousActor } from '../../platform/auth/actor.ts'
import { eachStore } from './store/databases.ts'
import { openPlatform } from './test-platform.ts'

const require = createRequire(import.meta.url)

/** What a result has against one of Losant's own schemas. */
function complaints(schema: string, result: unknown): unknown {
  const ajv = new Ajv({ strict: false, validateFormats: false })
  // Draft 4, of which these schemas use nothing that later drafts changed.
  const { $schema: _, ...rules } = require(`losant-rest/lib/schemas/${schema}.json`) as Record<string, unknown>
  const validate = ajv.compile(rules)
  return validate(schema === 'timeSeriesData' ? withoutNewer(result) : result) ? [] : validate.errors
}

/** The schemas of this version of the client do not have these fields yet; those of 4.2 require them. */
function withoutNewer(result: unknown): unknown {
  const newer = ['limit', 'order', 'tags']
  return JSON.parse(JSON.stringify(result, (key, value: unknown) => (newer.includes(key) ? undefined : value)))
}

eachStore((_name, open) => {
  describe('results', () => {
    it("are what Losant's own schemas say", async () => {
      const { ok, refused } = await openPlatform(await open(), {
        administrator: { email: 'root@lom.example', password: 'a long password' },
      })
      const seen: [string, unknown][] = []
      const call = async (schema: string, name: string, params: object = {}) => {
        const result = await ok<Record<string, string>>(name, params)
        seen.push([schema, result])
        return result
      }
      const tags = [{ key: 'owner', value: 'ada' }]
      const attributes = [{ name: 'moisture', dataType: 'number', attributeTags: { unit: '%' } }]
      const { id: deviceId } = await call('device', 'devices.post', { device: { name: 'pot', tags, attributes } })
      await call('device', 'device.get', { deviceId })
      await call('devices', 'devices.get', { filterField: 'name', filter: 'p*' })
      await call('attributeNamesResponse', 'devices.attributeNames')
      await call('tagKeysResponse', 'devices.tagKeys')
      await call('tagValuesResponse', 'devices.tagValues', { key: 'owner' })
      const key = await call('applicationKeyPostResponse', 'applicationKeys.post', {
        applicationKey: { deviceIds: [deviceId] },
      })
      await call('applicationKeys', 'applicationKeys.get')
      await call('applicationKey', 'applicationKey.get', { applicationKeyId: key.id })
      const credentials = { deviceId, key: key.key, secret: key.secret }
      await call('authedDevice', 'auth.authenticateDevice', { credentials })
      await call('authedUser', 'auth.authenticateUser', {
        credentials: { email: 'root@lom.example', password: 'a long password' },
      })
      const user = await call('experienceUser', 'experienceUsers.post', {
        experienceUser: { email: 'ada@lom.example', password: 'correct horse', userTags: { plan: 'gold' } },
      })
      const experienceGroup = { name: 'a', experienceUserIds: [user.id], deviceIds: [deviceId], deviceQueryJson: '{}' }
      await call('experienceGroup', 'experienceGroups.post', { experienceGroup })
      await call('experienceGroups', 'experienceGroups.get')
      await call('experienceUsers', 'experienceUsers.get')
      await call('apiToken', 'applicationApiTokens.post', { apiToken: { name: 'ci' } })
      await call('apiTokens', 'applicationApiTokens.get')
      await call('application', 'application.get')
      await call('success', 'device.sendState', { deviceId, deviceState: { data: { moisture: 7 }, meta: [1] } })
      await call('success', 'device.sendCommand', { deviceId, deviceCommand: { name: 'water', payload: { ml: 5 } } })
      const connect = (status: string) =>
        call('success', 'device.setConnectionStatus', { deviceId, connectionStatus: { status } })
      await connect('connected')
      await call('device', 'device.get', { deviceId })
      await connect('disconnected')
      await call('devices', 'devices.get', { sortField: 'connectionStatus' })
      await call('deviceStates', 'device.getState', { deviceId })
      await call('compositeDeviceState', 'device.getCompositeState', { deviceId })
      await call('deviceCommands', 'device.getCommand', { deviceId })
      await call('deviceLog', 'device.getLogEntries', { deviceId, limit: 10 })
      const devices = { deviceIds: [deviceId], start: 1 }
      await call('timeSeriesData', 'data.timeSeriesQuery', { query: { ...devices, end: 2e12, aggregation: 'MEAN' } })
      await call('timeSeriesData', 'data.timeSeriesQuery', { query: { ...devices, end: 2e12, aggregation: 'NONE' } })
      await call('lastValueData', 'data.lastValueQuery', { query: { deviceIds: [deviceId], attribute: 'moisture' } })
      await call('applicationReadme', 'application.readmePatch', { readme: { content: '# lom' } })
      await call('applicationSearchResult', 'application.search', { filter: 'p' })
      await call('success', 'device.removeData', { deviceId })
      await call('success', 'device.delete', { deviceId })
      seen.push(['error', await refused('devices.get', {}, anonymousActor)])
      for (const [schema, result] of seen) expect(complaints(schema, result), schema).toEqual([])
    })
  })
})
