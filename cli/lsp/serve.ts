/** What the language server answers. */
import { type Connection, DidChangeWatchedFilesNotification, TextDocumentSyncKind } from 'vscode-languageserver/node'
import { readVersion } from '../version.ts'
import { createWorkspace } from './workspace.ts'

export function serve(connection: Connection): void {
  const workspace = createWorkspace(connection)
  let canWatchFiles = false
  connection.onInitialize(({ capabilities }) => {
    canWatchFiles = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true
    return {
      serverInfo: { name: 'flowpot', version: readVersion() },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
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
}
