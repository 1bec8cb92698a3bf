/** What the language server answers. */
import {
  type CodeActionParams,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type Hover,
  type Location,
  type Position,
  type Range,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { FlowpotError } from '../../contracts/errors.ts'
import { complete } from '../../workbench/language/complete/complete.ts'
import { hover } from '../../workbench/language/hover.ts'
import { type LanguageFile, languageFile } from '../../workbench/language/language-file.ts'
import { pathOf } from '../../workbench/language/language-folder.ts'
import { definitionsOf, nameAt, referencesTo, rename, renameRange } from '../../workbench/language/navigate.ts'
import { quickFixes } from '../../workbench/language/quick-fixes.ts'
import { writersAt } from '../../workbench/language/writers.ts'
import { readVersion } from '../version.ts'
import { createWorkspace, filePathOf } from './workspace.ts'

interface InDocument {
  readonly textDocument: { readonly uri: string }
}

interface AtPosition extends InDocument {
  readonly position: Position
}

const capabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  completionProvider: { triggerCharacters: ['.', ' ', '<', '(', '#', ':', '-'] },
  hoverProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: ['quickfix'] },
}

export function serve(connection: Connection): void {
  const workspace = createWorkspace(connection)
  const uriOf = (file: string) => workspace.uriOf(pathOf(file))
  let canWatchFiles = false
  let isInitialized = false
  let takesSnippets = false

  /** Answers about a file of an application, and `nothing` about all others. */
  const about =
    <Params extends InDocument, Result>(
      nothing: Result,
      answer: (file: LanguageFile, params: Params, document: TextDocument) => Result,
    ) =>
    async (params: Params): Promise<Result> => {
      if (!isInitialized) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'Send initialize first.')
      const { uri } = params.textDocument
      const [path, folder] = [filePathOf(uri), workspace.folderOf(uri)]
      const check = await folder?.check()
      const document = workspace.documents.get(uri)
      const file = path === undefined ? undefined : languageFile(check, path)
      return file && document ? refusing(() => answer(file, params, document)) : nothing
    }

  connection.onInitialize(({ capabilities: { textDocument, workspace: ofWorkspace } }) => {
    isInitialized = true
    takesSnippets = textDocument?.completion?.completionItem?.snippetSupport === true
    canWatchFiles = ofWorkspace?.didChangeWatchedFiles?.dynamicRegistration === true
    return { serverInfo: { name: 'flowpot', version: readVersion() }, capabilities }
  })
  connection.onInitialized(async () => {
    if (!canWatchFiles) return
    const watchers = [{ globPattern: '**/*.{yaml,yml}' }]
    await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers })
  })
  connection.onDidChangeWatchedFiles(() => workspace.checkAll())
  workspace.documents.onDidSave(() => workspace.checkAll())

  connection.onCompletion(
    about([], (file, { position }: AtPosition, document) => [
      ...complete(file, document.offsetAt(position), {
        place: (offset) => document.positionAt(offset),
        takesSnippets,
      }),
    ]),
  )
  connection.onHover(
    about<AtPosition, Hover | null>(null, (file, { position }, document) => {
      const found = hover(file, document.offsetAt(position))
      if (!found) return null
      const range = { start: document.positionAt(found.start), end: document.positionAt(found.end) }
      return { contents: { kind: 'markdown', value: found.markdown }, range }
    }),
  )
  connection.onDefinition(
    about<AtPosition, Location[]>([], (file, { position }, document) => {
      const offset = document.offsetAt(position)
      const name = nameAt(file, offset)
      return [...(name ? definitionsOf(file, name, uriOf) : writersAt(file, offset, uriOf))]
    }),
  )
  connection.onReferences(
    about<AtPosition & { context: { includeDeclaration: boolean } }, Location[]>([], (file, params, document) => {
      const name = nameAt(file, document.offsetAt(params.position))
      return name ? [...referencesTo(file, name, params.context.includeDeclaration, uriOf)] : []
    }),
  )
  connection.onPrepareRename(
    about<AtPosition, Range | null>(null, (file, { position }, document) => {
      return renameRange(file, document.offsetAt(position)) ?? null
    }),
  )
  connection.onRenameRequest(
    about<AtPosition & { newName: string }, WorkspaceEdit | null>(null, (file, { position, newName }, document) => ({
      changes: { ...rename(file, document.offsetAt(position), newName, uriOf) },
    })),
  )
  connection.onCodeAction(
    about([], (_, { context }: CodeActionParams, document) => [...quickFixes(document, context.diagnostics)]),
  )
}

/** A refusal of ours is shown to whoever asked, without a stack. */
function refusing<Result>(answer: () => Result): Result {
  try {
    return answer()
  } catch (error) {
    if (!(error instanceof FlowpotError)) throw error
    throw new ResponseError(ErrorCodes.InvalidRequest, error.message)
  }
}
