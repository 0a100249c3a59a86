// The development server of `make dev`: pages with hot reload, everything else from a running Sidelight.
import { type Plugin, defineConfig, mergeConfig } from 'vite';

import base from './vite.config.ts';

const server = process.env['SIDELIGHT_URL'] ?? 'http://127.0.0.1:8080';

/** Serves each page under the plain name that Sidelight gives it. */
const plainNames: Plugin = {
  name: 'plain-names',
  configureServer(vite) {
    vite.middlewares.use((request, _response, next) => {
      request.url = request.url
        ?.replace(/^\/(?=\?|$)/, '/console')
        .replace(/^\/(console|widget|ticket|graphiql)(?=\?|$)/, '/$1.html');
      next();
    });
  },
};

export default mergeConfig(
  base,
  defineConfig({
    plugins: [plainNames],
    // They import Monaco's workers by Vite's own suffix, which the bundling of dependencies does not know.
    optimizeDeps: { exclude: ['graphiql/setup-workers/vite', '@graphiql/react/setup-workers/vite'] },
    server: {
      host: '127.0.0.1',
      port: 5173,
      strictPort: true,
      proxy: Object.fromEntries(
        ['/graphql', '/auth/', '/connect/', '/demo/', '/export/', '/webhooks/', '/healthz', '/readyz', '/metrics'].map(
          (path) => [path, { target: server, ws: path === '/graphql' }],
        ),
      ),
    },
  }),
);
