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
                    Type.String({ minLength: 1, maxLength: 255, description: 'Matches any if it is not given.' }),
                  ),
                  value: Type.Optional(
                    Type.String({ minLength: 1, maxLength: 255, description: 'Matches any if it is not given.' }),
                  ),
                },
                { minProperties: 1 },
              ),
              { minItems: 1, description: 'Matches devices that have one of these tags.' },
            ),
          ),
          query: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), {
              minProperties: 1,
              description: 'An advanced device query, without conditions on users and groups.',
            }),
          ),
        },
        { minProperties: 1 },
      ),
    ],
    {
      description: `${happening}: \`all\`, or a map that selects devices by ID, tag or query. If it has several of these, a device needs to match only one.`,
      examples: ['all'],
    },
  )

export function toChoice(devices: 'all' | DeviceSelection): DeviceSelection | undefined {
  return devices === 'all' ? undefined : devices
}

/** The choice in one line, for the trigger's label: `all`, or IDs, tags and query. */
export function labelOf(devices: 'all' | DeviceSelection): string {
  if (devices === 'all') return 'all'
  const { deviceIds = [], deviceTags = [], query } = devices
  return [
    ...deviceIds,
    ...deviceTags.map(({ key = '*', value = '*' }) => `${key}=${value}`),
    ...(query === undefined ? [] : [JSON.stringify(query)]),
  ].join(' ')
}
