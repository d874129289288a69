import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** `vite dev` with the pages of this folder and the platform of a running instance. */
const target = process.env.SAMPAN_SERVER ?? 'http://127.0.0.1:7070'
const platform = { target, ws: true }

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', sourcemap: false, assetsInlineLimit: 0, chunkSizeWarningLimit: 700 },
  server: { proxy: { '/api': platform, '/kube': platform, '/git': platform } },
})
