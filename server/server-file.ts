/**
 * `server.json` in the data folder says where the server of this folder listens, and has a token with which commands on the same machine
 * call its REST API. Only the owner of the folder can read it. The token is a new one on each start, and is worth nothing once the server
 * has stopped.
 */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Static, Type } from 'typebox'
import { Check } from 'typebox/value'
import { parseJson } from '../engine/values/json.ts'

const schema = Type.Object({
  /** Of the REST API: `http://127.0.0.1:8090`. */
  platform: Type.String({ pattern: '^https?://' }),
  applicationId: Type.String({ pattern: '^[0-9a-f]{24}$' }),
  token: Type.String({ minLength: 1 }),
  processId: Type.Integer(),
})

export type ServerFile = Static<typeof schema>

const fileIn = (dataFolder: string) => path.join(dataFolder, 'server.json')

/** Returns what removes the file. */
export function writeServerFile(dataFolder: string, server: Omit<ServerFile, 'processId'>): () => void {
  const file = fileIn(dataFolder)
  const temporary = `${file}.${process.pid}.tmp`
  const text = JSON.stringify({ ...server, processId: process.pid })
  rmSync(temporary, { force: true })
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
  try {
    renameSync(temporary, file)
  } catch (error) {
    // It has the token.
    rmSync(temporary, { force: true })
    throw error
  }
  return () => {
    // Of several replicas that share a folder, each removes only its own.
    if (readText(file) === text) rmSync(file, { force: true })
  }
}

/**
 * `undefined` if no server has written it, or if it is not one of ours. A server that was killed leaves it behind. Throws Node's error if it may not
 * be read, as by another user.
 */
export function readServerFile(dataFolder: string): ServerFile | undefined {
  const text = readText(fileIn(dataFolder))
  if (text === undefined) return undefined
  try {
    const server = parseJson(text)
    return Check(schema, server) ? server : undefined
  } catch {
    return undefined
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
