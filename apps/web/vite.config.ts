import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const platform = process.env.SAMPAN_SERVER ?? 'http://127.0.0.1:7070'

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', sourcemap: false, assetsInlineLimit: 0 },
  server: { proxy: { '/api': platform, '/kube': platform } },
})
