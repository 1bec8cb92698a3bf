/** A child process that answers each message with one message. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface Child {
  /** Sends the message and resolves with the answer. Rejects if the process ends instead. */
  ask<Answer>(message: unknown): Promise<Answer>
  stop(): Promise<void>
}

/** Runs a file next to this one with the flags of this process, which are those of `npm start`. */
export function startChild(file: string, args: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(file, import.meta.url))
  const child = fork(path, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  return {
    async ask<Answer>(message: unknown): Promise<Answer> {
      const answered = once(child, 'message')
      child.send(message as object)
      const answer = await Promise.race([answered, ended.then(() => undefined)])
      if (!answer) throw new Error(`${file} ${args.join(' ')} ended.`)
      // Boundary: the caller knows what the file answers to this message.
      return answer[0] as Answer
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Answers each message with the result of `answer`. An error ends the process. */
export function answerParent<Message>(answer: (message: Message) => Promise<unknown>): void {
  process.on('message', async (message: Message) => process.send?.(await answer(message)))
  process.on('SIGTERM', () => process.exit(0))
  process.on('disconnect', () => process.exit(0))
}
