/** All settings in one list, from which the command line's options, the environment variables and the reference are made. */

import { defineError } from '../contracts/errors.ts'
import type { TrustedProxies } from './http/trusted-proxies.ts'
import { httpSettings } from './settings/http.ts'
import { logSettings } from './settings/log.ts'
import { mailSettings } from './settings/mail.ts'
import { mqttSettings } from './settings/mqtt.ts'
import { platformSettings } from './settings/platform.ts'
import { runSettings } from './settings/runs.ts'
import { type Setting, withNames } from './settings/setting.ts'

export const settingInvalid = defineError<{ setting: string; value: string; wanted: string }>(
  'SETTING_INVALID',
  500,
  ({ setting, value, wanted }) => `${setting} is "${value}", but it must be ${wanted}.`,
)

export type AnySetting = Setting<string | number | boolean | TrustedProxies>

export const settingDefinitions = withNames({
  ...httpSettings,
  ...mqttSettings,
  ...platformSettings,
  ...runSettings,
  ...mailSettings,
  ...logSettings,
})

type Definitions = typeof settingDefinitions
export type Settings = { readonly [Key in keyof Definitions]: NonNullable<ReturnType<Definitions[Key]['parse']>> }
export type SettingFlags = { readonly [Key in keyof Definitions]?: string }

/** Options take precedence over environment variables, and those over defaults. Throws `SETTING_INVALID`, which names the option or variable. */
export function readSettings(flags: SettingFlags, env: Readonly<Record<string, string | undefined>>): Settings {
  const entries = Object.entries(settingDefinitions).map(([key, definition]) => {
    const setting: AnySetting = definition
    const flag = flags[key as keyof Definitions]
    const value = flag ?? (env[setting.env] || undefined)
    if (value === undefined) return [key, setting.default]
    const parsed = setting.parse(value)
    if (parsed !== undefined) return [key, parsed]
    const name = flag === undefined || !setting.flag ? setting.env : setting.flag
    const shown = setting.flag ? value : '…'
    throw settingInvalid({ setting: name, value: shown, wanted: setting.wanted })
  })
  // Boundary: `Object.fromEntries` loses which value belongs to which key; each was parsed by its own definition.
  return Object.fromEntries(entries) as Settings
}
