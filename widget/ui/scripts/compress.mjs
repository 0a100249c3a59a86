// A Vite plugin that leaves a brotli and a gzip copy beside each built file that becomes smaller by it: the server sends them as they are.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const kinds = /\.(html|js|css|svg|json|ttf|wasm)$/;
const smallest = 600; // bytes; below that the headers weigh more than what is saved

export function compress() {
  let folder = '';
  return {
    name: 'sidelight-compress',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: async () => {
      for (const name of readdirSync(folder, { recursive: true })) {
        const path = join(folder, name);
        if (!kinds.test(name) || !statSync(path).isFile()) continue;
        const text = readFileSync(path);
        if (text.length < smallest) continue;
        const [brotli, gzipped] = await Promise.all([
          promisify(brotliCompress)(text, {
            params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
          }),
          promisify(gzip)(text, { level: 9 }),
        ]);
        if (brotli.length < text.length) writeFileSync(`${path}.br`, brotli);
        if (gzipped.length < text.length) writeFileSync(`${path}.gz`, gzipped);
      }
    },
  };
}
