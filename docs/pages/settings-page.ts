import { anyText } from '../../server/settings/setting.ts'
import { type AnySetting, settingDefinitions } from '../../server/settings.ts'
import { lines, table } from './markdown.ts'

export function settingsPage(): string {
  const settings: readonly AnySetting[] = Object.values(settingDefinitions)
  return lines(
    '# Settings',
    `What \`flowpot start\` takes, as an option or from the environment. An option wins over the environment. What has no option is
kept off the command line, which others on the machine can read, or is seldom changed. A value that does not fit is refused with
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
