/** Reports templates in a trigger, whose fields are read before there is a payload. */
import { hasTemplate } from '../../engine/compile/compile-value.ts'
import type { DocumentPath } from '../../engine/source/position.ts'
import type { TriggerCheck } from '../../engine/trigger.ts'
import { wrongValue } from './misplaced.ts'

export function refuseTemplates(
  { config, report }: Pick<TriggerCheck, 'config' | 'report'>,
  fields = Object.keys(config),
): void {
  for (const field of fields) {
    for (const at of templatesIn(config[field], [field])) {
      const hint = 'The field is read before there is a payload: write the value out.'
      wrongValue(report, at, 'This field takes no template.', hint)
    }
  }
}

/** The paths of the strings within a value that contain templates. */
function templatesIn(value: unknown, at: DocumentPath): readonly DocumentPath[] {
  if (typeof value === 'string') return hasTemplate(value) ? [at] : []
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, [...at, index]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => templatesIn(item, [...at, key]))
}
