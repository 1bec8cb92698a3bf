/** One open file, with what is known of its application. */
import { customNodeKey } from '../../engine/custom-node.ts'
import { editorSchema } from '../../engine/describe/editor-schema.ts'
import type { JsonSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { flowIdOf, isApplicationFile, isTestFile } from '../../engine/load/file-kinds.ts'
import type { SourceFile } from '../../engine/source/position.ts'
import type { FolderCheck } from '../check-folder.ts'
import { pathOf } from './language-folder.ts'
import { definitionOf } from './schema-walk.ts'

export type FileKind = 'flow' | 'tests' | 'application'

export interface LanguageFile extends FolderCheck {
  readonly source: SourceFile
  readonly kind: FileKind
  /** Of the flow, or of the flow next to the tests. */
  readonly flowId: string
  readonly schema: JsonSchema
  /** What the whole file must fit. */
  readonly root: JsonSchema
}

/** `undefined` for a file that is no part of the application. */
export function languageFile(check: FolderCheck | undefined, path: string): LanguageFile | undefined {
  const source = check?.sources.find(({ file }) => pathOf(file) === path)
  if (!check || !source) return undefined
  const { file } = source
  const kind = isApplicationFile(file) ? 'application' : isTestFile(file) ? 'tests' : 'flow'
  const schema = schemaOf(check)
  return {
    ...check,
    source,
    kind,
    flowId: flowIdOf(file),
    schema,
    root: definitionOf(schema, `#/definitions/${kind}`) ?? {},
  }
}

/** By what the application's custom nodes declare, since the schema takes a tenth of a second to make. */
const schemas = new Map<string, JsonSchema>()
const maxSchemas = 20

function schemaOf({ checked: { scope } }: FolderCheck): JsonSchema {
  const { known } = scope.customNodes
  const declared = [...known.values()].map(({ name, description, inputs, outputs, result }) => [
    name,
    description,
    [...inputs],
    outputs,
    result,
  ])
  const key = JSON.stringify(declared)
  const before = schemas.get(key)
  if (before) return before
  const { nodeTypes, triggerTypes, actions } = scope
  const { resolve } = nodeTypes.get(customNodeKey)?.roles?.customNode ?? {}
  const customNodes = [...known.keys()].flatMap((name) => resolve?.({ node: name }) ?? [])
  const schema = editorSchema({ nodeTypes: [...nodeTypes.values()], triggerTypes, actions, customNodes })
  if (schemas.size >= maxSchemas) schemas.clear()
  schemas.set(key, schema)
  return schema
}
