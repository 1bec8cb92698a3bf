/** The node types and trigger types that flows can use, and the schema of them that editors use. */

import { customNodeKey } from '../../engine/custom-node.ts'
import { editorSchema } from '../../engine/describe/editor-schema.ts'
import { readCustomNodes, typesByName } from '../../engine/flow/read-custom-nodes.ts'
import { sharedSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import type { JsonSchema } from '../../engine/json-schema/shape-of-schema.ts'
import { isFlowFile } from '../../engine/load/file-kinds.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { NodeType } from '../../engine/node.ts'
import { parseYaml } from '../../engine/source/yaml-document.ts'
import type { TriggerType } from '../../engine/trigger.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'
import { describeActions } from '../../platform/resources/catalogue.ts'

export interface KnownTypes {
  readonly nodeTypes: ReadonlyMap<string, NodeType>
  readonly triggerTypes: readonly TriggerType[]
  /** One type for each custom node of the folder. */
  readonly customNodes: readonly NodeType[]
}

/** The types that the flows of a folder can use. Without a folder, the types that every application has. Throws what `readFolder` throws. */
export async function typesIn(folder: string | undefined): Promise<KnownTypes> {
  const sources = folder === undefined ? [] : (await readFolder(folder)).filter(({ file }) => isFlowFile(file))
  const documents = sources.map((source) => parseYaml(source))
  const found = readCustomNodes(documents, triggerTypes, sharedSchemaChecker())
  const byName = typesByName(nodeTypes, found)
  const { resolve } = byName.get(customNodeKey)?.roles?.customNode ?? {}
  const customNodes = [...found.known.keys()].flatMap((name) => resolve?.({ node: name }) ?? [])
  return { nodeTypes: byName, triggerTypes, customNodes }
}

/** A JSON Schema of an application's files. With a folder it knows the custom nodes of that application, and refuses all others. */
export async function schemaFor(folder: string | undefined): Promise<JsonSchema> {
  const own = folder === undefined ? {} : { customNodes: (await typesIn(folder)).customNodes }
  return editorSchema({ nodeTypes, triggerTypes, actions: describeActions(), ...own })
}
