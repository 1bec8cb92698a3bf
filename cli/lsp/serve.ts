/** What the language server answers. */
import {
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type Position,
  ResponseError,
  TextDocumentSyncKind,
} from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { complete } from '../../workbench/language/complete/complete.ts'
import { type LanguageFile, languageFile } from '../../workbench/language/language-file.ts'
import { readVersion } from '../version.ts'
import { createWorkspace, filePathOf } from './workspace.ts'

interface AtPosition {
  readonly textDocument: { readonly uri: string }
  readonly position: Position
}

export function serve(connection: Connection): void {
  const workspace = createWorkspace(connection)
  let canWatchFiles = false
  let isInitialized = false
  let takesSnippets = false

  /** Answers about a file of an application, and `nothing` about all others. */
  const about =
    <Params extends { readonly textDocument: { readonly uri: string } }, Result>(
      nothing: Result,
      answer: (file: LanguageFile, params: Params, document: TextDocument) => Result | Promise<Result>,
    ) =>
    async (params: Params): Promise<Result> => {
      if (!isInitialized) throw new ResponseError(ErrorCodes.ServerNotInitialized, 'Send initialize first.')
      const { uri } = params.textDocument
      const [path, folder] = [filePathOf(uri), workspace.folderOf(uri)]
      const check = await folder?.check()
      const document = workspace.documents.get(uri)
      const file = path === undefined ? undefined : languageFile(check, path)
      return file && document ? answer(file, params, document) : nothing
    }

  connection.onInitialize(({ capabilities }) => {
    isInitialized = true
    takesSnippets = capabilities.textDocument?.completion?.completionItem?.snippetSupport === true
    canWatchFiles = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true
    return {
      serverInfo: { name: 'flowpot', version: readVersion() },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: ['.', ' ', '<', '(', '#', ':', '-'] },
      },
    }
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
}
