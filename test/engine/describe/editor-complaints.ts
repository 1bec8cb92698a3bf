/** What an editor says to a file of flows by the schema that it gets, and whether the engine loads that file. */
import { Ajv } from 'ajv'
import { default as addFormats } from 'ajv-formats'
import { parse } from 'yaml'
import { editorSchema } from '../../../engine/describe/editor-schema.ts'
import { nodeTypes, triggerTypes } from '../../../nodes/index.ts'
import { describeActions } from '../../../platform/resources/catalogue.ts'
import { loadSources } from '../../../server/compose/load-folder.ts'

export const schema = editorSchema({ nodeTypes, triggerTypes, actions: describeActions() })
const ajv = new Ajv({ allErrors: true, strict: false, ownProperties: true })
addFormats.default(ajv)
const validate = ajv.compile(schema)

/** What an editor would say: `/nodes/0/status must be integer`. */
export function complaints(yaml: string): string[] {
  validate(parse(yaml, { logLevel: 'error' }))
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, params.additionalProperty ?? params.allowedValue].filter(Boolean).join(' '),
  )
}

/** Whether the engine takes it as a file of that name. */
export function loads(file: string, text: string): boolean {
  return loadSources([{ file, text }]).application !== undefined
}
