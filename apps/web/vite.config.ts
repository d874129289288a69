import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** `vite dev` with the pages of this folder and the platform of a running instance. */
const target = process.env.SAMPAN_SERVER ?? 'http://127.0.0.1:7070'
const platform = { target, ws: true }

/** Packed once here, so that the server only sends. */
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
      for (const file of files.filter((one) => /\.(js|css|svg|html)$/.test(one))) {
        const bytes = await readFile(join(folder, file))
        if (bytes.length < 1024) continue
        await writeFile(join(folder, `${file}.gz`), gzipSync(bytes, { level: 9 }))
        const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 }
        await writeFile(join(folder, `${file}.br`), brotliCompressSync(bytes, { params: quality }))
      }
    },
  }
}

export default defineConfig({
  plugins: [react(), packed()],
  build: {
    target: 'es2023',
    // Browsers that know light-dark(): the schemes are told apart in one place.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    sourcemap: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': platform, '/kube': platform, '/git': platform } },
})
