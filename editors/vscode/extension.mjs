/** Starts `flowpot lsp` for the YAML files of a workspace. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { commands, window, workspace } from 'vscode'
import { LanguageClient } from 'vscode-languageclient/node'

/** @type {LanguageClient | undefined} */
let client

/** @param {import('vscode').ExtensionContext} context */
export async function activate(context) {
  context.subscriptions.push(commands.registerCommand('flowpot.restart', restart))
  await start()
}

export function deactivate() {
  return client?.stop()
}

async function restart() {
  await client?.stop()
  await start()
}

async function start() {
  const command = findCommand()
  const server = { command, args: ['lsp'], options: { cwd: folders()[0] } }
  client = new LanguageClient('flowpot', 'Flowpot', server, {
    documentSelector: [{ scheme: 'file', language: 'yaml' }],
  })
  try {
    await client.start()
  } catch (error) {
    window.showErrorMessage(
      `Flowpot's language server did not start (${command} lsp): ${error.message}. Install flowpot, or set flowpot.command to where it is.`,
    )
  }
}

const folders = () => (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)

/** A program that comes with a workspace runs only if the workspace is trusted. */
function findCommand() {
  const set = workspace.getConfiguration('flowpot').get('command')
  if (set) return set
  const own = folders().map((folder) => join(folder, 'node_modules/.bin/flowpot'))
  return (workspace.isTrusted ? own.find((file) => existsSync(file)) : undefined) ?? 'flowpot'
}
