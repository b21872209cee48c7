import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const folder = import.meta.dirname;

/** Builds the console into dist/web; the web process serves it from there. `vite` alone serves it against a hub on 8080. */
export default defineConfig({
  root: folder,
  plugins: [react()],
  server: { proxy: { '/api': 'http://127.0.0.1:8080', '/openapi.json': 'http://127.0.0.1:8080' } },
  build: {
    outDir: `${folder}/../../dist/web`,
    emptyOutDir: true,
    target: 'es2022',
    // ECharts is one chunk on purpose: it is loaded only with the first chart.
    chunkSizeWarningLimit: 700,
  },
});
