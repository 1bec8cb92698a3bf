/** The devices that a trigger watches: all of them, or those that it names. */
import { Type } from 'typebox'
import type { DeviceSelection } from '../../contracts/watches.ts'

const id = Type.String({ pattern: '^[0-9a-f]{24}$' })

export const Devices = (happening: string) =>
  Type.Union(
    [
      Type.Literal('all'),
      Type.Object(
        {
          deviceIds: Type.Optional(Type.Array(id, { minItems: 1, description: 'IDs of devices.' })),
          deviceTags: Type.Optional(
            Type.Array(
              Type.Object(
                {
                  key: Type.Optional(
                    Type.String({ minLength: 1, maxLength: 255, description: 'Any where it is not given.' }),
                  ),
                  value: Type.Optional(
                    Type.String({ minLength: 1, maxLength: 255, description: 'Any where it is not given.' }),
                  ),
                },
                { minProperties: 1 },
              ),
              { minItems: 1, description: 'Tags of which a device has one.' },
            ),
          ),
          query: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), {
              minProperties: 1,
              description: 'An advanced device query; it may not ask for users and groups.',
            }),
          ),
        },
        { minProperties: 1 },
      ),
    ],
    {
      description: `${happening}: \`all\`, or a map that names devices by their IDs, tags or a query. Where it has several, either is enough.`,
      examples: ['all'],
    },
  )

export function toChoice(devices: 'all' | DeviceSelection): DeviceSelection | undefined {
  return devices === 'all' ? undefined : devices
}

/** `device-state: all`, or the choice in one line. */
export function labelOf(devices: 'all' | DeviceSelection): string {
  if (devices === 'all') return 'all'
  const { deviceIds = [], deviceTags = [], query } = devices
  return [
    ...deviceIds,
    ...deviceTags.map(({ key = '*', value = '*' }) => `${key}=${value}`),
    ...(query === undefined ? [] : [JSON.stringify(query)]),
  ].join(' ')
}
