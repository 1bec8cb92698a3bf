/** What the language server answers. */
import {
  type CodeActionParams,
  type CodeLens,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type Hover,
  type InlayHint,
  type InlayHintParams,
  type Location,
  type Position,
  type Range,
  ResponseError,
  type SemanticTokens,
  SemanticTokensBuilder,
  type ServerCapabilities,
  TextDocumentSyncKind,
  type TextEdit,
  type WorkspaceEdit,
} from 'vscode-languageserver/node'
import type { TextDocument } from 'vscode-languageserver-textdocument'
import { FlowpotError } from '../../contracts/errors.ts'
import { complete } from '../../workbench/language/complete/complete.ts'
import { format } from '../../workbench/language/format.ts'
import { hover } from '../../workbench/language/hover.ts'
import { inlayTypes } from '../../workbench/language/inlay-types.ts'
import { type LanguageFile, languageFile } from '../../workbench/language/language-file.ts'
import { pathOf } from '../../workbench/language/language-folder.ts'
import { commands, lensesOf } from '../../workbench/language/lenses.ts'
import { definitionsOf, nameAt, referencesTo, rename, renameRange } from '../../workbench/language/navigate.ts'
import { quickFixes } from '../../workbench/language/quick-fixes.ts'
import { templateTokens, tokenTypes } from '../../workbench/language/semantic-tokens.ts'
import { writersAt } from '../../workbench/language/writers.ts'
import { readVersion } from '../version.ts'
import { createLensCommands } from './lens-commands.ts'
import { endAll } from './run-command.ts'
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
  codeLensProvider: {},
  executeCommandProvider: { commands: Object.values(commands) },
  documentFormattingProvider: true,
  inlayHintProvider: true,
  semanticTokensProvider: { legend: { tokenTypes: [...tokenTypes], tokenModifiers: [] }, full: true },
}

export function serve(connection: Connection): void {
  const workspace = createWorkspace(connection)
  const uriOf = (file: string) => workspace.uriOf(pathOf(file))
  let canWatchFiles = false
  let isInitialized = false
  let takesSnippets = false
  let refreshesLenses = false
  const refresh = () => {
    if (refreshesLenses) connection.sendRequest('workspace/codeLens/refresh').catch(() => undefined)
  }
  const lenses = createLensCommands(connection, refresh)

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
    refreshesLenses = ofWorkspace?.codeLens?.refreshSupport === true
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
  connection.onCodeLens(
    about<InDocument, CodeLens[]>([], (file, { textDocument }, document) => [
      ...lensesOf(file, textDocument.uri, lenses.stateOf(file), (offset) => document.positionAt(offset)),
    ]),
  )
  connection.onExecuteCommand(({ command, arguments: [uri, test] = [] }) =>
    about<InDocument, null>(null, (file) => {
      lenses.execute(command, file, typeof test === 'string' ? test : undefined)
      return null
    })({ textDocument: { uri: String(uri) } }),
  )
  connection.onShutdown(endAll)
  connection.onDocumentFormatting(
    about<InDocument, TextEdit[]>([], ({ source: { file, text } }, _, document) => {
      const formatted = format(file, text)
      const end = document.positionAt(text.length)
      return formatted === undefined || formatted === text
        ? []
        : [{ range: { start: { line: 0, character: 0 }, end }, newText: formatted }]
    }),
  )
  connection.languages.inlayHint.on(
    about<InlayHintParams, InlayHint[]>([], (file, { range }, document) => [
      ...inlayTypes(file, range, (offset) => document.positionAt(offset)),
    ]),
  )
  connection.languages.semanticTokens.on(
    about<InDocument, SemanticTokens>({ data: [] }, ({ source }, _, document) => {
      const builder = new SemanticTokensBuilder()
      for (const { start, length, type } of templateTokens(source.text)) {
        const { line, character } = document.positionAt(start)
        builder.push(line, character, length, tokenTypes.indexOf(type), 0)
      }
      return builder.build()
    }),
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
