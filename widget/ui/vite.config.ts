import preact from '@preact/preset-vite';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { compress } from './scripts/compress.mjs';

const page = (name: string): string => fileURLToPath(new URL(`${name}.html`, import.meta.url));

export default defineConfig({
  // Relative, so that the pages can be served from any path of the server.
  base: './',
  plugins: [preact(), compress()],
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Monaco, on the GraphiQL page alone, is larger than any page of ours.
    chunkSizeWarningLimit: 4096,
    rolldownOptions: {
      input: {
        widget: page('widget'),
        ticket: page('ticket'),
        console: page('console'),
        graphiql: page('graphiql'),
      },
    },
  },
  test: { include: ['src/**/*.test.{ts,tsx}'], environment: 'happy-dom', setupFiles: ['src/test/setup.ts'] },
});
