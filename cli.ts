#!/usr/bin/env node
/** `flowpot`: calls the command that the arguments name. Exits with 0, 1 (the thing failed) or 2 (the call is wrong). */
import { CommanderError } from 'commander'
import { printError, printJson } from './cli/output.ts'
import { createProgram } from './cli/program.ts'
import { FlowpotError } from './contracts/errors.ts'
import { folderUnreadable } from './engine/load/read-folder.ts'
import { settingInvalid } from './server/settings.ts'
import { callWrong } from './workbench/refusals.ts'

async function main(argv: readonly string[]): Promise<number> {
  let code = 0
  const program = createProgram((finished) => {
    code = finished
  })
  try {
    await program.parseAsync(argv)
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return reportFailure(error, argv.includes('--json'))
  }
}

function reportFailure(error: unknown, isJson: boolean): number {
  const isFlowpots = error instanceof FlowpotError
  const message = error instanceof Error ? error.message : String(error)
  if (isJson) printJson({ error: { code: isFlowpots ? error.code : 'ERROR', message } })
  printError(
    isFlowpots ? `error ${error.code}: ${message}` : `error: ${error instanceof Error ? error.stack : message}`,
  )
  if (isFlowpots && error.hint !== undefined) printError(`  hint: ${error.hint}`)
  return [callWrong, settingInvalid, folderUnreadable].some((wrong) => wrong.is(error)) ? 2 : 1
}

// A reader may leave early, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})
process.exitCode = await main(process.argv)
