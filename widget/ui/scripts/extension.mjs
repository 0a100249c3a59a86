// Builds the Zoho Desk extension for one Sidelight server: node scripts/extension.mjs https://sidelight.example.com FILE.zip
// The zip holds app/**, the manifest and resources.json, as Zoho's upload wants it.
import preact from '@preact/preset-vite';
import { zipSync } from 'fflate';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ui = join(dirname(fileURLToPath(import.meta.url)), '..');
const source = join(ui, '../extension');
const sdk = 'https://js.zohostatic.com/support/developer_sdk/v1/js/ZohoDeskClientSDK.min.js';

const [server, file] = process.argv.slice(2);
if (!file || !URL.canParse(server) || new URL(server).protocol !== 'https:' || new URL(server).origin !== server) {
  console.error(
    'name the server and the file to write: https://sidelight.example.com extension.zip (an https address without a path)',
  );
  process.exit(2);
}

const filesIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

const built = mkdtempSync(join(tmpdir(), 'sidelight-extension-'));
try {
  // The widget alone, and the SDK before it: Desk shows the page in a frame of its own.
  await build({
    configFile: false,
    root: ui,
    base: './',
    publicDir: false,
    plugins: [preact()],
    logLevel: 'error',
    build: {
      outDir: built,
      emptyOutDir: true,
      target: 'es2022',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: join(ui, 'widget.html') },
    },
  });
  const page = readFileSync(join(built, 'widget.html'), 'utf8')
    .replace(/\s*<link rel="icon"[^>]*>/, '')
    .replace('<script type="module"', `<script src="${sdk}"></script>\n    <script type="module"`);
  const manifest = readFileSync(join(source, 'plugin-manifest.json'), 'utf8').replaceAll(
    'https://sidelight.example.com',
    server,
  );
  const entries = {};
  for (const path of filesIn(source)) entries[relative(source, path)] = readFileSync(path);
  for (const path of filesIn(built)) entries[`app/${relative(built, path)}`] = readFileSync(path);
  entries['app/widget.html'] = Buffer.from(page);
  entries['plugin-manifest.json'] = Buffer.from(manifest);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, zipSync(entries, { level: 9 }));
  console.log(`${file}: ${Object.keys(entries).length} files, for ${server}`);
} finally {
  rmSync(built, { recursive: true, force: true });
}
