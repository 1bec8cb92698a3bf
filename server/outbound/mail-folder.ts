/** Keeps mail as files that mail programs can open, if there is no server to send it. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Keeps a flow that sends mail on every request from filling the disk. */
const maxFiles = 1000

/** Resolves with the path of the file, which only its owner can read. If there are more than `max` files, the oldest are deleted. */
export async function keepMail(folder: string, message: Uint8Array, max = maxFiles): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const time = new Date().toISOString().replaceAll(/[:.]/g, '-')
  const file = join(folder, `${time}-${randomBytes(4).toString('hex')}.eml`)
  await writeFile(file, message, { mode: 0o600, flag: 'wx' })
  const kept = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort()
  await Promise.all(kept.slice(0, -max).map((name) => rm(join(folder, name), { force: true })))
  return file
}
