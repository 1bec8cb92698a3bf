import { customNodeKey } from '../../engine/custom-node.ts'
import { readCustomNodes, typesByName } from '../../engine/flow/read-custom-nodes.ts'
import { sharedSchemaChecker } from '../../engine/json-schema/schema-problems.ts'
import { isFlowFile } from '../../engine/load/load-application.ts'
import { readFolder } from '../../engine/load/read-folder.ts'
import type { NodeType } from '../../engine/node.ts'
import { parseYaml } from '../../engine/source/yaml-document.ts'
import { nodeTypes, triggerTypes } from '../../nodes/index.ts'

export interface NodeTypesOfFolder {
  readonly byName: ReadonlyMap<string, NodeType>
  /** Those that stand for its custom nodes. */
  readonly customNodes: readonly NodeType[]
}

/** The node types as the flows of a folder have them. Throws what `readFolder` throws. */
export async function nodeTypesIn(folder: string): Promise<NodeTypesOfFolder> {
  const sources = (await readFolder(folder)).filter(({ file }) => isFlowFile(file))
  const documents = sources.map((source) => parseYaml(source))
  const found = readCustomNodes(documents, triggerTypes, sharedSchemaChecker())
  const byName = typesByName(nodeTypes, found)
  const { resolve } = byName.get(customNodeKey)?.roles?.customNode ?? {}
  return { byName, customNodes: [...found.known.keys()].flatMap((name) => resolve?.({ node: name }) ?? []) }
}
