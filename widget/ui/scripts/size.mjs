// Fails when the widget, as a browser fetches it at first, is larger than 40 kB gzipped: its page with every script and style that it names.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const limit = 40_000;
const dist = join(dirname(fileURLToPath(import.meta.url)), '../../dist');
const seen = new Set();
let total = 0;

function add(name) {
  if (seen.has(name)) return;
  seen.add(name);
  const text = readFileSync(join(dist, name));
  total += gzipSync(text, { level: 9 }).length;
  // Static imports of a chunk are fetched with it.
  if (name.endsWith('.js'))
    for (const [, other] of text.toString().matchAll(/from\s*["']\.\/([\w.-]+\.js)["']/g)) add(`assets/${other}`);
}

add('widget.html');
for (const [, name] of readFileSync(join(dist, 'widget.html'), 'utf8').matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g))
  add(name);
console.log(`the widget: ${total} bytes gzipped in ${seen.size} files, of ${limit} at most`);
if (total > limit || seen.size < 3) process.exit(1);
