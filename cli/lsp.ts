/** `flowpot lsp`: the language server, which speaks the Language Server Protocol over standard input and output. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node'
import { serve } from './lsp/serve.ts'

/** Ends with the process: the connection exits when the editor says so, or when the editor is gone. */
export function lsp(): Promise<never> {
  const connection = createConnection(ProposedFeatures.all, process.stdin, process.stdout)
  serve(connection)
  connection.listen()
  return new Promise(() => undefined)
}
