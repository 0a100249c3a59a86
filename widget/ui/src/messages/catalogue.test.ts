import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en as cardEn } from './card/en';
import { es as cardEs } from './card/es';
import { pt as cardPt } from './card/pt';
import { en as consoleEn } from './console/en';
import { es as consoleEs } from './console/es';
import { pt as consolePt } from './console/pt';
import { en as explorerEn } from './explorer/en';
import { es as explorerEs } from './explorer/es';
import { pt as explorerPt } from './explorer/pt';
import { en as sharedEn } from './shared/en';
import type { Catalogue, Text } from './translate';

const catalogues: Readonly<
  Record<string, { en: Catalogue; others: readonly Catalogue[]; pages: readonly string[]; least: number }>
> = {
  card: { en: cardEn, others: [cardPt, cardEs], pages: ['widget'], least: 21 },
  console: { en: consoleEn, others: [consolePt, consoleEs], pages: ['console'], least: 21 },
  explorer: { en: explorerEn, others: [explorerPt, explorerEs], pages: ['graphiql'], least: 6 },
};

const forms = (text: Text | undefined): readonly string[] =>
  text === undefined ? [] : typeof text === 'string' ? [text] : [text.one, text.other];
const names = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();

/** The code below a folder that shows texts, without tests and generated files. */
function code(folder: string): string {
  const root = join(process.cwd(), 'src', folder);
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => readFileSync(join(root, name), 'utf8'))
    .join('\n');
}

describe.each(Object.entries(catalogues))('the texts of the %s', (_, { en, others, pages, least }) => {
  it('exist in every language, with the same values to fill in, and none is blank', () => {
    for (const other of others) {
      expect(Object.keys(other).sort()).toEqual(Object.keys(en).sort());
      for (const [key, text] of Object.entries(en)) {
        const wanted = names(forms(text)[forms(text).length - 1] ?? '');
        for (const form of forms(other[key])) {
          expect(form.trim(), key).not.toBe('');
          expect(names(form), key).toEqual(wanted);
        }
      }
    }
  });

  it('are all used, and no other text is asked for', () => {
    const source = pages.map(code).join('\n') + code('messages').replace(/\/\*[\s\S]*?\*\//g, '');
    const tables = new Set(
      [...source.matchAll(/named\(\s*'(\w+)'/g), ...source.matchAll(/t\(`(\w+)\.\$\{/g)].map((match) => match[1]),
    );
    const quoted = new Set(
      [
        ...pages
          .map(code)
          .join('\n')
          .matchAll(/'([\w.]+)'/g),
      ].map((match) => match[1]),
    );
    const shared = new Set(Object.keys(sharedEn)); // each page uses its part of them
    const unused = Object.keys(en).filter((key) => {
      const [table, value] = key.split('.');
      return !shared.has(key) && !quoted.has(key) && !(value !== undefined && tables.has(table));
    });
    expect(unused).toEqual([]);
    const asked = [
      ...pages
        .map(code)
        .join('\n')
        .matchAll(/\bt\(\s*'([\w.]+)'/g),
    ].map((match) => match[1] ?? '');
    expect(asked.filter((key) => !(key in en))).toEqual([]);
    expect(asked.length).toBeGreaterThanOrEqual(least);
  });
});

it('shared texts are used by the card or by the console', () => {
  const source = code('widget') + code('console') + code('messages') + code('components');
  const unused = Object.keys(sharedEn).filter((key) => !source.includes(`'${key}'`) && !key.startsWith('rule.'));
  expect(unused).toEqual([]);
});
