/** Speaks to `flowpot lsp` as an editor does: the built process, over its standard input and output. */
import { EventEmitter, once } from 'node:events'
import { pathToFileURL } from 'node:url'
import {
  createMessageConnection,
  type Diagnostic,
  type MessageConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node'
import { startCli } from './flowpot-process.ts'
import type { Scene } from './it.ts'

export interface LanguageClient {
  readonly connection: MessageConnection
  readonly process: ReturnType<typeof startCli>
  /** Sends a request and waits for its result. */
  ask<Result>(method: string, params?: unknown): Promise<Result>
  /** Opens a file with this text, whatever is on disk, and waits for its diagnostics. */
  open(path: string, text: string): Promise<readonly Diagnostic[]>
  /** Replaces the text of an open file and waits for its diagnostics. */
  change(path: string, text: string): Promise<readonly Diagnostic[]>
  close(path: string): Promise<void>
  /** The newest diagnostics of every file that the server has told of, by path. */
  readonly diagnostics: ReadonlyMap<string, readonly Diagnostic[]>
  /** Waits until the newest diagnostics of a file are as `isExpected` says. */
  until(path: string, isExpected: (found: readonly Diagnostic[]) => boolean): Promise<readonly Diagnostic[]>
}

export const uriOf = (path: string) => pathToFileURL(path).href

export async function startLanguageServer(scene: Pick<Scene, 'after'>): Promise<LanguageClient> {
  const process = startCli(['lsp', '--stdio'], { isSpokenTo: true, cwd: '/' })
  const { stdin, stdout } = process.child
  if (!stdin || !stdout) throw new Error('The process has no standard input and output.')
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin))
  scene.after(async () => {
    connection.dispose()
    stdin.end()
    await process.ended()
  })
  const diagnostics = new Map<string, readonly Diagnostic[]>()
  const told = new EventEmitter()
  const versions = new Map<string, number | undefined>()
  connection.onNotification('textDocument/publishDiagnostics', (params: PublishDiagnosticsParams) => {
    const path = decodeURIComponent(new URL(params.uri).pathname)
    diagnostics.set(path, params.diagnostics)
    versions.set(path, params.version)
    told.emit(path)
  })
  connection.onRequest('client/registerCapability', () => null)
  connection.listen()
  await connection.sendRequest('initialize', {
    processId: null,
    rootUri: null,
    capabilities: {
      textDocument: { completion: { completionItem: { snippetSupport: true } } },
      workspace: { didChangeWatchedFiles: { dynamicRegistration: true } },
    },
  })
  await connection.sendNotification('initialized', {})

  let version = 0
  /** Waits until the server has looked at this version of the file. */
  const checked = async (path: string, wanted: number) => {
    while ((versions.get(path) ?? 0) < wanted) await once(told, path)
    return diagnostics.get(path) ?? []
  }
  return {
    connection,
    process,
    diagnostics,
    ask: (method, params) => connection.sendRequest(method, params),
    async open(path, text) {
      const textDocument = { uri: uriOf(path), languageId: 'yaml', version: ++version, text }
      await connection.sendNotification('textDocument/didOpen', { textDocument })
      return checked(path, textDocument.version)
    },
    async change(path, text) {
      const textDocument = { uri: uriOf(path), version: ++version }
      await connection.sendNotification('textDocument/didChange', { textDocument, contentChanges: [{ text }] })
      return checked(path, textDocument.version)
    },
    close: (path) => connection.sendNotification('textDocument/didClose', { textDocument: { uri: uriOf(path) } }),
    async until(path, isExpected) {
      for (;;) {
        const found = diagnostics.get(path)
        if (found && isExpected(found)) return found
        await once(told, path)
      }
    },
  }
}
