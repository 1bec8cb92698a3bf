/** Calls a command within this process and gathers what it prints. */
import { vi } from 'vitest'
import { FlowpotError } from '../../contracts/errors.ts'

export interface CommandEnd {
  /** The exit code; of one that threw, the error's code. */
  readonly code: number | string
  readonly output: string
  readonly errors: string
}

export async function callCommand(command: () => Promise<number>): Promise<CommandEnd> {
  const output = gather(process.stdout)
  const errors = gather(process.stderr)
  try {
    const code = await command().catch((error: unknown) => {
      if (!(error instanceof FlowpotError)) throw error
      process.stderr.write(error.message)
      return error.code
    })
    return { code, output: output.text(), errors: errors.text() }
  } finally {
    output.stop()
    errors.stop()
  }
}

function gather(stream: NodeJS.WriteStream) {
  let text = ''
  const spy = vi.spyOn(stream, 'write').mockImplementation((part) => {
    text += String(part)
    return true
  })
  return { text: () => text, stop: () => spy.mockRestore() }
}
