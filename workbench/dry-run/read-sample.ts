import { isMap } from '../../engine/values/is-map.ts'
import type { Payload } from '../../engine/values/payload.ts'
import { readJson, readText } from '../read-text.ts'
import { callWrong } from '../refusals.ts'
import type { Sample } from './dry-run.ts'

export interface SampleOptions {
  readonly user?: string
  /** JSON. */
  readonly body?: string
  /** A file with JSON; `-` is standard input. */
  readonly payload?: string
  readonly request?: string
  readonly trigger?: string
}

export async function readSample(options: SampleOptions): Promise<Sample> {
  return {
    user: options.user,
    request: options.request,
    trigger: options.trigger,
    ...(options.body === undefined ? {} : { body: readJson(options.body, '--body') }),
    payload: options.payload === undefined ? {} : await readPayload(options.payload),
  }
}

async function readPayload(file: string): Promise<Payload> {
  const payload = readJson(await readText(file, `The payload file ${file}`), file === '-' ? 'Standard input' : file)
  if (isMap(payload)) return payload
  throw callWrong({ problem: `--payload ${file} must hold a JSON object, the payload or a part of it.` })
}
