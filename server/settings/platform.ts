/** Where the platform keeps its data and for how long, and who may sign in to it. */

import { type Declarations, integer, positive, text } from './setting.ts'
import { isSigningKey } from './signing-key.ts'

export const platformSettings = {
  data: {
    ...text('folder', '.flowpot'),
    isOption: true,
    about: 'Folder for the database, the signing key and mail.',
  },
  databaseUrl: {
    placeholder: 'url',
    env: 'DATABASE_URL',
    default: '',
    about: 'A postgres:// address. Without one, data is kept with SQLite in the data folder.',
    parse: (value: string) => (/^postgres(ql)?:\/\//.test(value) || value === '' ? value : undefined),
    wanted: 'a postgres:// address',
  },
  signingKey: {
    placeholder: 'key',
    default: '',
    about: 'Key that signs tokens. Without one, a key is created on the first start and kept in the data folder.',
    parse: (value: string) => (isSigningKey(value) ? value : undefined),
    wanted: 'at least 32 characters that nobody can guess, such as openssl rand -hex 32 prints',
  },
  adminEmail: {
    ...text('address'),
    about: 'E-mail address of the administrator, who may sign in to the REST API with FLOWPOT_ADMIN_PASSWORD.',
  },
  adminPassword: {
    placeholder: 'password',
    default: '',
    about: "The administrator's password; there is no default.",
    parse: (value: string) => (value.length >= 12 ? value : undefined),
    wanted: 'at least 12 characters',
  },
  tokenTtlSeconds: {
    ...positive('seconds', 30 * 86_400),
    about: "How long an experience user's token is valid, unless the flow sets another time.",
  },
  signUpsPerHour: {
    ...positive('sign-ups', 100),
    about:
      'How many users the requests of one address may create through flows in an hour. Further ones are answered with 429.',
  },
  stateDays: {
    placeholder: 'days',
    default: 0,
    defaultText: '0, forever',
    about:
      'How long the states of devices are kept. Older ones are deleted at the start and then every hour, in small batches.',
    parse: integer(0, 36_500),
    wanted: 'a whole number of days, or 0',
  },
  statePoints: {
    placeholder: 'points',
    default: 0,
    defaultText: '0, all',
    about: 'How many points of each attribute of a device are kept. The oldest are deleted first.',
    parse: integer(0, Number.MAX_SAFE_INTEGER),
    wanted: 'a whole number of points, or 0',
  },
} satisfies Declarations
