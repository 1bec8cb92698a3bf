/** Sign-in of devices and of the administrator. */
import Type from 'typebox'
import { deviceScopes } from '../auth/scopes.ts'
import { signInAdministrator, signInDevice } from '../auth/sign-in.ts'
import { FilterType, Topics } from '../records/application-key-record.ts'
import { deviceClasses } from '../records/device-record.ts'
import { closed, Email, fromColumn, Id, oneOf, Password } from '../records/schemas.ts'
import { defineAction, type Resource } from '../resource.ts'

/** An hour, unless `tokenTTL` says otherwise. Losant's token never expires, but whoever has signed in once can do so again. */
const administratorTtlSeconds = 60 * 60
const deviceTtlSeconds = 24 * 60 * 60

/** 0 asks for the default, since a token that has expired already is of no use. */
const TokenTtl = Type.Optional(Type.Integer({ minimum: 0, maximum: 10 * 365 * 24 * 60 * 60, description: 'Seconds.' }))
const Secret = Type.String({ minLength: 1, maxLength: 1024 })

export const auth: Resource = {
  name: 'auth',
  summary: 'Signs in.',
  actions: {
    authenticateDevice: defineAction({
      summary: 'Signs a device in with its access key. Its token sees the devices that the key admits.',
      method: 'POST',
      path: '/auth/device',
      body: 'credentials',
      params: closed({
        credentials: closed({
          deviceId: Id,
          key: Secret,
          secret: Secret,
          tokenTTL: TokenTtl,
          requestedScopes: Type.Optional(Type.Array(oneOf(deviceScopes), { uniqueItems: true })),
        }),
      }),
      result: closed({
        applicationId: Id,
        deviceId: Id,
        deviceClass: oneOf(deviceClasses),
        token: Type.String(),
        filterType: FilterType,
        pubTopics: Topics,
        subTopics: Topics,
      }),
      scopes: [],
      isPublic: true,
      async run({ credentials }, { platform, address }) {
        const { device, key } = await signInDevice(platform, credentials, address)
        const scopes = credentials.requestedScopes?.length ? credentials.requestedScopes : ['all.Device']
        const ttl = credentials.tokenTTL || deviceTtlSeconds
        return {
          applicationId: platform.applicationId,
          deviceId: device.id,
          // Boundary: only actions that validated both have written them.
          deviceClass: device.device_class as (typeof deviceClasses)[number],
          token: platform.tokens.sign('device', { sub: device.id, key: key.id, scopes }, ttl),
          filterType: key.filter_type as 'none',
          pubTopics: fromColumn<string[]>(key.pub_topics),
          subTopics: fromColumn<string[]>(key.sub_topics),
        }
      },
    }),

    authenticateUser: defineAction({
      summary: 'Signs in the administrator whose address and password the settings name.',
      method: 'POST',
      path: '/auth/user',
      body: 'credentials',
      params: closed({
        credentials: closed({
          email: Email,
          password: Password,
          twoFactorCode: Type.Optional(Type.String({ maxLength: 2048 })),
          requestedScopes: Type.Optional(
            Type.Array(Type.String({ minLength: 1, maxLength: 255 }), { uniqueItems: true, maxItems: 500 }),
          ),
          tokenTTL: TokenTtl,
        }),
      }),
      result: closed({ userId: Id, token: Type.String(), needsToVerifyEmail: Type.Boolean() }),
      scopes: [],
      isPublic: true,
      async run({ credentials }, { platform, address }) {
        const claims = await signInAdministrator(platform, credentials.email, credentials.password, address)
        const scopes = credentials.requestedScopes?.length ? credentials.requestedScopes : ['all.User']
        const ttl = credentials.tokenTTL || administratorTtlSeconds
        return {
          // The administrator has no row and so no ID: the ID of the application stands in.
          userId: platform.applicationId,
          token: platform.tokens.sign('administrator', { ...claims, scopes }, ttl),
          needsToVerifyEmail: false,
        }
      },
    }),
  },
}
