import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildASTSchema, concatAST, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { asCurl, templates, textOf } from './templates';
import { choose, languages } from '../messages/language';

const folder = join(process.cwd(), '../../graph/schema');
const schema = buildASTSchema(
  concatAST(readdirSync(folder).map((name) => parse(readFileSync(join(folder, name), 'utf8')))),
  { assumeValidSDL: true },
);

it.each(templates)('the template $name fits the schema, with its note in every language', (template) => {
  for (const language of languages) {
    choose(language);
    expect(validate(schema, parse(textOf(template))).map(String)).toEqual([]);
  }
  choose(null);
});

it('notes are in the language of the reader', () => {
  const notes = languages.map((language) => {
    choose(language);
    return templates.map(textOf).filter((text) => text.startsWith('# ')).length;
  });
  choose('es');
  expect(templates.map(textOf).join('\n')).toContain('# Para administradores.');
  choose(null);
  expect(notes).toEqual([3, 3, 3]);
});

it('a command is quoted for the shell, and holds no token', () => {
  const text = asCurl(
    'https://x.example/graphql',
    `{ customer(by: { email: "o'neil@x.example" }) { asOf } }`,
    '{"a":1}',
  );
  expect(text).toContain(`o'\\''neil`);
  expect(text).toContain('"variables":{"a":1}');
  expect(text).toContain('$SIDELIGHT_TOKEN');
  expect(asCurl('https://x.example', '{ viewer { scope } }', 'not JSON')).toContain('"variables":{}');
});
