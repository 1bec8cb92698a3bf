import { anyText } from '../../server/settings/setting.ts'
import { type AnySetting, settingDefinitions } from '../../server/settings.ts'
import { lines, table } from './markdown.ts'

export function settingsPage(): string {
  const settings: readonly AnySetting[] = Object.values(settingDefinitions)
  return lines(
    '# Settings',
    `The settings of \`flowpot start\`, as options or from the environment. An option wins over the environment. A setting without an
option is a secret, since others on the machine can read the command line, or is rarely changed. An invalid value is refused with
exit code 2 and the name of the setting.`,
    table(
      ['option', 'environment', 'default', 'what it is'],
      settings.map(({ flag, env, default: byDefault, defaultText, about, wanted }) => [
        flag === undefined ? '' : `\`${flag}\``,
        `\`${env}\``,
        defaultText ?? (byDefault === '' ? '' : `\`${byDefault}\``),
        wanted === anyText ? about : `${about} It must be ${wanted}.`,
      ]),
    ),
  )
}
