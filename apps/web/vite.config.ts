import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** `vite dev` with the pages of this folder and the platform of a running instance. */
const target = process.env.SAMPAN_SERVER ?? 'http://127.0.0.1:7070'
const platform = { target, ws: true }

/** What pages that are open since an earlier build may still ask for is kept for so long, in milliseconds. */
const keptMs = 24 * 3600_000

/** Packed once here, so that the server only sends; what no page asks for any more goes. */
function packed(): Plugin {
  let folder = ''
  return {
    name: 'packed',
    apply: 'build',
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir)
      if (build.outDir.startsWith('/')) folder = build.outDir
    },
    async closeBundle() {
      const files = await readdir(folder, { recursive: true })
      for (const file of files.filter((one) => one.startsWith('assets/'))) {
        // Every build writes all of its files.
        if (Date.now() - (await stat(join(folder, file))).mtimeMs > keptMs) await rm(join(folder, file))
      }
      for (const file of files.filter((one) => /\.(js|css|svg|html)$/.test(one))) {
        if (files.includes(`${file}.br`) && file.startsWith('assets/')) continue // its name says what is in it
        const bytes = await readFile(join(folder, file))
        if (bytes.length < 1024) continue
        await writeFile(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }))
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 }
        await writeFile(join(folder, `${file}.br`), brotliCompressSync(bytes, { params: quality }))
      }
    },
  }
}

/** What the first page and most others are made of: nothing that floats, takes the focus or is a form. */
const ofMostPages = [
  /\/web\/src\/parts\/(action-button|app-tile|page|pill|run-line|state|when)\.tsx$/,
  /\/web\/src\/data\/(order|ours|paths|query-state|states|when)\.ts$/,
  /@mantine\/core\/.*\/(Anchor|Breadcrumbs|Button|Group|Loader|Stack|Text|Title|Transition)\//,
]

export default defineConfig({
  plugins: [react(), packed()],
  build: {
    target: 'es2023',
    // Built in place under open pages: the parts they have not loaded yet stay for a while.
    emptyOutDir: false,
    // Browsers that know light-dark(): the schemes are told apart in one place.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rolldownOptions: {
      output: {
        // Few files on the way to the first page: each costs a request and a turn of the browser. What every page begins
        // with is one, what most pages are made of another; everything else stays with what uses it.
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            { name: 'base', tags: ['$initial'], priority: 2 },
            { name: 'parts', test: (id) => ofMostPages.some((one) => one.test(id)), minShareCount: 2, priority: 1 },
            { name: 'fields', test: /@mantine\/core\/.*\/(Text)?Input(Base|Wrapper\w*|[A-Z]\w+)?\//, minShareCount: 5 },
          ],
        },
      },
    },
  },
  server: { proxy: { '/api': platform, '/kube': platform, '/git': platform } },
})
