// Generates src/generated/*.ts: typed operations from the server's schema and our .graphql documents; and widget/documents.json, the same
// operations as the pages send them by their SHA-256: what a server with --only-persisted answers.
// The schema is read from graph/schema; SIDELIGHT_SCHEMA names another folder.
import { codegen } from '@graphql-codegen/core';
import { preset } from '@graphql-codegen/client-preset';
import { Kind, buildASTSchema, concatAST, parse, validate, visit } from 'graphql';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ui = join(dirname(fileURLToPath(import.meta.url)), '..');
const schemaFolder = process.env.SIDELIGHT_SCHEMA ?? join(ui, '../../graph/schema');
const output = join(ui, 'src/generated') + '/';

const filesIn = (folder, ending) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

// The server's directives (@access, gqlgen's own) say nothing about the shape of an answer, and not all of them are declared in SDL.
const withoutDirectives = (document) =>
  visit(document, {
    Directive: (node) => (['deprecated', 'oneOf', 'specifiedBy'].includes(node.name.value) ? undefined : null),
    DirectiveDefinition: () => null,
  });

const parseFile = (file) => parse(readFileSync(file, 'utf8'), { noLocation: false });

const schema = withoutDirectives(concatAST(filesIn(schemaFolder, '.graphqls').map(parseFile)));
const schemaObject = buildASTSchema(schema, { assumeValidSDL: true });
const documents = filesIn(join(ui, 'src'), '.graphql').map((location) => ({
  location,
  rawSDL: readFileSync(location, 'utf8'),
  document: parseFile(location),
}));

const problems = validate(schemaObject, concatAST(documents.map((file) => file.document)));
if (problems.length > 0) {
  for (const problem of problems) console.error(problem.toString());
  process.exit(1);
}

const outputs = await preset.buildGeneratesSection({
  baseOutputDir: output,
  schema,
  schemaAst: schemaObject,
  documents,
  plugins: [],
  pluginMap: {},
  presetConfig: { fragmentMasking: false },
  config: {
    documentMode: 'string',
    strictScalars: true,
    useTypeImports: true,
    enumsAsTypes: true,
    scalars: { Time: 'string', Date: 'string', Decimal: 'string', JSON: 'unknown' },
  },
});

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const sent = {};
for (const file of outputs) {
  const text = await codegen(file);
  writeFileSync(file.filename, text);
  for (const [, document] of text.matchAll(/Document = new TypedDocumentString\(`([^`]*)`/g))
    sent[createHash('sha256').update(document).digest('hex')] = document;
}
writeFileSync(join(ui, '../documents.json'), JSON.stringify(sent, Object.keys(sent).sort(), 1) + '\n');
const operations = documents
  .flatMap((file) => file.document.definitions)
  .filter((node) => node.kind === Kind.OPERATION_DEFINITION);
console.log(`codegen: ${operations.length} operations from ${documents.length} documents`);
