/**
 * `node build.mjs [bench|examples]`: bundles the command line to dist/, or the benchmark or what runs the examples of nodes to a folder in
 * dist/, unless nothing of what goes in has changed. Bundled, a start takes half the time (0.7 s of processor time in place of 1.4) and the
 * idle server 15 MB less: it no longer loads 1,500 modules, one by one.
 *
 * Each build goes into a new folder, and dist/cli.js imports the newest one. Replacing that one file switches builds at once: whoever starts
 * meanwhile gets the one or the other whole, and a running server still finds the files that it has not loaded yet, until the build after next.
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'

const root = fileURLToPath(new URL('.', import.meta.url))

/** What a bundle depends on besides its sources. npm writes the last one when it installs. */
const ownFiles = ['build.mjs', 'package.json', 'tsconfig.json', 'node_modules/.package-lock.json']

/** What every start loads. All other packages stay in node_modules and are loaded from there when they are needed. */
const bundled = new Set([
  '@fastify/cookie',
  'aedes',
  'ajv',
  'ajv-formats',
  'commander',
  'content-disposition',
  'croner',
  'd3-format',
  'dayjs',
  'fast-jwt',
  'fastify',
  'find-my-way',
  'fresh',
  'handlebars',
  'kysely',
  'pino',
  'range-parser',
  'rate-limiter-flexible',
  'typebox',
  'ws',
  'yaml',
])

// A file of a bundle starts another one as its neighbour, so all of them are in one folder.
const scriptThread = { 'script-thread': 'server/sandbox/script-thread.ts' }
/** The first entry point of each is the one that is started from outside. */
const bundles = {
  cli: { folder: 'dist', entryPoints: { cli: 'cli.ts', ...scriptThread } },
  bench: {
    folder: 'dist/bench',
    entryPoints: {
      bench: 'bench/bench.ts',
      target: 'bench/target.ts',
      'mqtt-target': 'bench/mqtt-target.ts',
      'mqtt-load': 'bench/mqtt-load.ts',
      'hostile-target': 'bench/hostile/target.ts',
      'hostile-client': 'bench/hostile/honest-client.ts',
      ...scriptThread,
    },
  },
  // Bundled as the product is, since a bundled package may export other names than the package itself.
  examples: { folder: 'dist/examples', entryPoints: { examples: 'test/nodes/run-examples.ts', ...scriptThread } },
}

const name = process.argv[2] ?? 'cli'
const { entryPoints } = bundles[name]
const folder = join(root, bundles[name].folder)
const start = join(folder, `${name}.js`)
/** In the folder of a build: the stamp of all that it was made from and consists of. */
const stampName = 'build.json'
/** By how much the time that a file system notes may be behind. */
const tickMs = 20
/** How often a build begins anew because a source changed under it. */
const maxAttempts = 5

/** Time and size of each file, which show whether it has changed. */
async function stampOf(files) {
  const stamps = files.map(async (file) => {
    const found = await stat(join(root, file)).catch(() => undefined)
    return [file, found ? `${found.mtimeMs} ${found.size}` : 'missing']
  })
  return Object.fromEntries(await Promise.all(stamps))
}

/** Whether no file has changed since `began`. Unlike its mtime, the ctime of a file cannot be set. */
async function areOlder(files, began) {
  const stats = await Promise.all(files.map((file) => stat(join(root, file)).catch(() => undefined)))
  return stats.every((found) => !found || found.ctimeMs < began - tickMs)
}

/** The name of the build that is started now: when it was made, in milliseconds, and by which process. */
async function currentBuild() {
  const text = await readFile(start, 'utf8').catch(() => '')
  return /^import '\.\/(\d+-\d+)\//m.exec(text)?.[1]
}

async function isFresh(build) {
  const text = await readFile(join(folder, `${build}`, stampName), 'utf8').catch(() => '{}')
  const stamp = JSON.parse(text)
  const files = Object.keys(stamp)
  return files.length > 0 && isDeepStrictEqual(await stampOf(files), stamp)
}

async function bundle() {
  const { build } = await import('esbuild')
  const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  return build({
    absWorkingDir: root,
    entryPoints,
    // As deep as the folder of any build, for the paths in the source maps.
    outdir: join(folder, 'build'),
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external: Object.keys({ ...dependencies, ...devDependencies }).filter((name) => !bundled.has(name)),
    // Bundled CommonJS requires Node's own modules.
    banner: {
      js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url);",
    },
    sourcemap: true,
    // The sources are there, and with these two the server takes 14 MB less.
    sourcesContent: false,
    minifyWhitespace: true,
    minifySyntax: true,
    metafile: true,
    write: false,
    logLevel: 'warning',
  })
}

/** esbuild lets CommonJS that is imported dynamically export nothing but `default`: each of its names would be undefined. */
function refuseLostNames({ inputs }) {
  for (const [file, { imports }] of Object.entries(inputs)) {
    const lost = imports.find(({ path, kind }) => kind === 'dynamic-import' && inputs[path]?.format === 'cjs')
    if (lost)
      throw new Error(`${file} imports ${lost.path} dynamically, which is CommonJS and bundled: import it statically.`)
  }
}

/** Bundles the sources as they are at one moment. Of two builds at once, neither switches back to sources that are older than the other's. */
async function bundleAtRest() {
  for (let attempt = 1; ; attempt++) {
    const began = Date.now()
    const { metafile, outputFiles } = await bundle()
    refuseLostNames(metafile)
    const inputs = [...ownFiles, ...Object.keys(metafile.inputs).filter((file) => !file.startsWith('node_modules/'))]
    const stamp = await stampOf(inputs)
    if (await areOlder(inputs, began)) return { outputFiles, stamp }
    // Without a stamp the next start builds again.
    if (attempt === maxAttempts) return { outputFiles, stamp: undefined }
    await pause(2 * tickMs)
  }
}

/** Removes the builds before `previous`, and whatever else is there. */
async function removeOlder(previous) {
  const kept = new Set([...Object.keys(bundles), `${name}.js`])
  const others = (await readdir(folder)).filter((file) => {
    const isBuild = /^\d+-\d+$/.test(file)
    return isBuild ? Number.parseInt(file, 10) < Number.parseInt(previous, 10) : !kept.has(file)
  })
  await Promise.all(others.map((file) => rm(join(folder, file), { recursive: true, force: true })))
}

async function rebuild(previous) {
  const { outputFiles, stamp } = await bundleAtRest()
  const build = `${Date.now()}-${process.pid}`
  const place = join(folder, build)
  try {
    await mkdir(place, { recursive: true })
    const outputs = outputFiles.map(({ path, contents }) => ({ file: join(place, basename(path)), contents }))
    await Promise.all(outputs.map(({ file, contents }) => writeFile(file, contents)))
    const written = await stampOf(outputs.map(({ file }) => relative(root, file)))
    await writeFile(join(place, stampName), JSON.stringify(stamp && { ...stamp, ...written }) ?? '{}')
    await writeFile(join(place, 'start.js'), `#!/usr/bin/env node\nimport './${build}/${name}.js'\n`)
    await rename(join(place, 'start.js'), start)
  } catch (error) {
    await rm(place, { recursive: true, force: true })
    throw error
  }
  if (previous) await removeOlder(previous)
}

try {
  const current = await currentBuild()
  if (!(await isFresh(current))) await rebuild(current)
} catch (error) {
  // esbuild has reported its own errors.
  if (!('errors' in error)) console.error(`The build failed: ${error.message}`)
  process.exitCode = 1
}
