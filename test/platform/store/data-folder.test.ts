import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type DataFolder, openDataFolder } from '../../../platform/store/data-folder.ts'

let parent: string
let root: string
const opened: DataFolder[] = []
const children: ChildProcess[] = []

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'flowpot-test-'))
  root = path.join(parent, 'deep', 'data')
})

afterEach(() => {
  for (const folder of opened.splice(0)) folder.close()
  for (const child of children.splice(0)) child.kill('SIGKILL')
  rmSync(parent, { recursive: true })
})

function open(): DataFolder {
  const folder = openDataFolder(root)
  opened.push(folder)
  return folder
}

/** A process that has opened the folder, or told why not. */
async function openInChild(): Promise<{ child: ChildProcess; line: string }> {
  const script = `
    import { openDataFolder } from ${JSON.stringify(path.resolve('platform/store/data-folder.ts'))}
    try { openDataFolder(${JSON.stringify(root)}); console.log('open'); setInterval(() => {}, 1000) }
    catch (error) { console.log(error.message) }`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.push(child)
  const [chunk] = await once(child.stdout, 'data')
  return { child, line: String(chunk).trim() }
}

describe('the data folder', () => {
  it('is created, with its parents, for its owner alone', () => {
    const folder = open()
    expect(folder.path).toBe(root)
    expect(folder.file('x')).toBe(path.join(root, 'x'))
    expect(statSync(root).mode & 0o777).toBe(0o700)
  })

  it('refuses a second process and names the first', async () => {
    open()
    const { line } = await openInChild()
    expect(line).toBe(`The data folder ${root} is in use by process ${process.pid}.`)
  })

  it('refuses to be opened twice in one process', () => {
    open()
    expect(open).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_IN_USE' }))
  })

  it('goes to the next process after it was closed', () => {
    open().close()
    expect(() => open()).not.toThrow()
  })

  it('goes to the next process after the first was killed', async () => {
    const { child, line } = await openInChild()
    expect(line).toBe('open')
    expect(open).toThrow(`is in use by process ${child.pid}.`)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(open().path).toBe(root)
  })

  it('goes to one of several processes that start at once', async () => {
    const lines = (await Promise.all([1, 2, 3, 4].map(openInChild))).map(({ line }) => line)
    expect(lines.filter((line) => line === 'open')).toHaveLength(1)
    expect(lines.filter((line) => line.includes('is in use by process'))).toHaveLength(3)
  })

  it('says why it cannot be used', () => {
    writeFileSync(path.join(parent, 'deep'), 'a file')
    expect(open).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }))
  })

  it('says so when its lock is some other file', () => {
    open().close()
    writeFileSync(path.join(root, 'lock'), 'garbage '.repeat(200))
    expect(open).toThrow(expect.objectContaining({ code: 'DATA_FOLDER_UNUSABLE' }))
  })
})

describe('a secret', () => {
  it('is made once, and kept for its owner alone', () => {
    const folder = open()
    expect(folder.secret('token-key', () => 's3cret')).toBe('s3cret')
    expect(folder.secret('token-key', () => 'another')).toBe('s3cret')
    expect(statSync(path.join(root, 'token-key')).mode & 0o777).toBe(0o600)
    folder.close()
    expect(open().secret('token-key', () => 'another')).toBe('s3cret')
  })

  it('leaves nothing behind when it cannot be made', () => {
    const folder = open()
    const fail = () => {
      throw new Error('no randomness')
    }
    expect(() => folder.secret('token-key', fail)).toThrow('no randomness')
    expect(existsSync(path.join(root, 'token-key'))).toBe(false)
    expect(folder.secret('token-key', () => 's3cret')).toBe('s3cret')
  })

  it('is shut to others again when a backup brought it back readable', () => {
    const folder = open()
    folder.secret('token-key', () => 's3cret')
    chmodSync(path.join(root, 'token-key'), 0o644)
    folder.secret('token-key', () => 'another')
    expect(statSync(path.join(root, 'token-key')).mode & 0o777).toBe(0o600)
  })

  it('is not replaced when its file is empty, since that would refuse every token', () => {
    const folder = open()
    writeFileSync(path.join(root, 'token-key'), '\n')
    expect(() => folder.secret('token-key', () => 'another')).toThrow('the secret token-key is empty')
    expect(readFileSync(path.join(root, 'token-key'), 'utf8')).toBe('\n')
  })
})
