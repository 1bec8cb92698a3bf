/** Remembers what earlier checks of an application's folder found, so that a further one compiles only what has changed. */
import type { FlowCompilation, FlowScope } from '../compile/compile-flow.ts'
import { namesUsedIn } from '../flow/read-custom-nodes.ts'
import type { SourceFile } from '../source/position.ts'
import { parseYaml, type YamlDocument } from '../source/yaml-document.ts'

export interface CheckMemory {
  /** The document of the file. A file that has not changed must be the same object each time. */
  parse(source: SourceFile): YamlDocument
  /** What `compile` gives, or what it gave when it was last called with the same document and nothing that it reads of `scope` has changed. */
  compile(document: YamlDocument, scope: FlowScope, compile: () => FlowCompilation): FlowCompilation
}

export function createCheckMemory(): CheckMemory {
  const documents = new WeakMap<SourceFile, YamlDocument>()
  const compilations = new WeakMap<YamlDocument, { readonly scope: string; readonly compilation: FlowCompilation }>()
  const descriptions = new WeakMap<FlowScope, string>()
  const describe = (scope: FlowScope) => {
    const known = descriptions.get(scope) ?? describeApplication(scope)
    descriptions.set(scope, known)
    return known
  }
  return {
    parse(source) {
      const document = documents.get(source) ?? parseYaml(source)
      documents.set(source, document)
      return document
    },
    compile(document, scope, compile) {
      const described = describe(scope) + describeCustomNodes(document, scope)
      const known = compilations.get(document)
      if (known?.scope === described) return known.compilation
      const compilation = compile()
      compilations.set(document, { scope: described, compilation })
      return compilation
    },
  }
}

/** What every flow reads of the application. */
function describeApplication({ groups, connections, globals, secrets, customNodes: { names } }: FlowScope): string {
  return JSON.stringify({ groups, connections, globals, secrets, names })
}

/** What the document reads of the custom nodes that it uses. They have been compiled before it. */
function describeCustomNodes(document: YamlDocument, { customNodes: { known } }: FlowScope): string {
  if (known.size === 0) return ''
  const used = namesUsedIn(document.value).map((name) => [name, known.get(name)])
  return JSON.stringify(used, (_, value: unknown) => (value instanceof Map ? [...value] : value))
}
