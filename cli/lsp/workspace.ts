/** What the editor has open, and the diagnostics that it was told. */
import { dirname } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Connection, type Diagnostic, TextDocuments } from 'vscode-languageserver/node'
import { TextDocument } from 'vscode-languageserver-textdocument'
import { toDiagnostic } from '../../workbench/language/diagnostics.ts'
import { createLanguageFolder, type LanguageFolder, pathOf } from '../../workbench/language/language-folder.ts'

export interface Workspace {
  readonly documents: TextDocuments<TextDocument>
  /** The folder of an open document; `undefined` for a document that is no file. */
  folderOf(uri: string): LanguageFolder | undefined
  uriOf(path: string): string
  /** Checks again what may have changed on disk. */
  checkAll(): void
}

export function createWorkspace(connection: Connection): Workspace {
  const documents = new TextDocuments(TextDocument)
  const folders = new Map<string, LanguageFolder>()
  /** The addresses as the editor writes them, by path. */
  const uris = new Map<string, string>()
  const uriOf = (path: string) => uris.get(path) ?? pathToFileURL(path).href
  const versionOf = (uri: string) => documents.get(uri)?.version
  const publish = createPublisher(connection, uriOf, versionOf)

  documents.onDidChangeContent(({ document }) => {
    const path = filePathOf(document.uri)
    if (path === undefined) return
    uris.set(path, document.uri)
    const folder = folders.get(dirname(path)) ?? createLanguageFolder(dirname(path))
    folders.set(folder.path, folder)
    folder.open(path, document.getText())
    publish(folder)
  })
  documents.onDidClose(({ document }) => {
    const path = filePathOf(document.uri)
    const folder = path === undefined ? undefined : folders.get(dirname(path))
    if (path === undefined || !folder) return
    folder.close(path)
    publish(folder)
    if (folder.openFiles().length === 0) folders.delete(folder.path)
  })
  documents.listen(connection)

  return {
    documents,
    folderOf(uri) {
      const path = filePathOf(uri)
      return path === undefined ? undefined : folders.get(dirname(path))
    },
    uriOf,
    checkAll() {
      for (const folder of folders.values()) publish(folder)
    },
  }
}

/** `undefined` for what is no file, such as a text that has no name yet. */
export function filePathOf(uri: string): string | undefined {
  try {
    return fileURLToPath(uri)
  } catch {
    return undefined
  }
}

/** Tells the editor what is wrong with a folder. While one check is under way, all further changes wait for one more check together. */
function createPublisher(
  connection: Connection,
  uriOf: (path: string) => string,
  versionOf: (uri: string) => number | undefined,
) {
  const told = new Map<string, ReadonlySet<string>>()
  const running = new Map<LanguageFolder, { isOutdated: boolean }>()

  const tell = async (folder: LanguageFolder) => {
    // A check that sees a newer text is followed by one more, so that an editor is never told of a version that was not looked at.
    const versions = new Map(folder.openFiles().map((path) => [uriOf(path), versionOf(uriOf(path))]))
    const check = await folder.check()
    // Editors wait for those of a file that they have opened, even if there are none.
    const diagnostics = new Map<string, Diagnostic[]>(folder.openFiles().map((path) => [uriOf(path), []]))
    for (const problem of check?.problems ?? []) {
      const uri = uriOf(pathOf(problem.file))
      const ofFile = diagnostics.get(uri) ?? []
      diagnostics.set(uri, ofFile)
      ofFile.push(toDiagnostic(problem, (file) => uriOf(pathOf(file))))
    }
    const before = told.get(folder.path) ?? new Set()
    told.set(folder.path, new Set(diagnostics.keys()))
    for (const uri of before) if (!diagnostics.has(uri)) diagnostics.set(uri, [])
    for (const [uri, found] of diagnostics) {
      const version = versions.get(uri)
      await connection.sendDiagnostics({ uri, diagnostics: found, ...(version !== undefined && { version }) })
    }
  }

  return (folder: LanguageFolder): void => {
    const other = running.get(folder)
    if (other) {
      other.isOutdated = true
      return
    }
    const check = { isOutdated: true }
    running.set(folder, check)
    const repeat = async () => {
      while (check.isOutdated) {
        check.isOutdated = false
        await tell(folder)
      }
    }
    repeat()
      .finally(() => running.delete(folder))
      .catch((error: unknown) => connection.console.error(`The check of ${folder.path} failed: ${String(error)}`))
  }
}
