// Writes the partners' client as a package: node connectors/intake/client/build-package.mjs [folder]; dist/partner-client by default.
// `npm pack` in that folder makes what partners install. The types are written out in full, so that nothing of the hub is imported.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const client = dirname(fileURLToPath(import.meta.url));
const root = resolve(client, '../../..');
const out = resolve(process.argv[2] ?? join(root, 'dist', 'partner-client'));

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [join(client, 'index.ts')],
  outfile: join(out, 'index.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
});
for (const file of ['package.json', 'README.md', 'CHANGELOG.md', 'LICENSE'])
  copyFileSync(join(client, file), join(out, file));
writeTypes();

/** A declaration file for each of the client's, and `hub.d.ts` with the types they take from the hub. */
function writeTypes() {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram([join(client, 'index.ts')], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
  });
  const checker = program.getTypeChecker();
  const own = program.getSourceFiles().filter(({ fileName }) => dirname(resolve(fileName)) === client);
  const declarations = new Map();
  for (const file of own) program.emit(file, (name, text) => declarations.set(basename(name), text), undefined, true);
  const taken = new Map();
  for (const file of own)
    for (const statement of file.statements)
      for (const element of elementsFromHub(statement)) {
        const symbol = checker.getSymbolAtLocation(element.propertyName ?? element.name);
        const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        if (target.flags & ts.SymbolFlags.Type)
          take(checker, taken, (element.propertyName ?? element.name).text, target);
      }
  writeFileSync(
    join(out, 'hub.d.ts'),
    [...taken].map(([name, symbol]) => declarationOf(checker, name, symbol)).join('\n'),
  );
  for (const [name, text] of declarations)
    writeFileSync(
      join(out, name),
      text.replace(/'\.\.\/[^']*'/g, "'./hub.js'").replace(/('\.\/[^']*)\.ts'/g, "$1.js'"),
    );
}

/** What a statement imports or re-exports from outside the client's folder. */
function elementsFromHub(statement) {
  const from = statement.moduleSpecifier?.text;
  if (from === undefined || !from.startsWith('../')) return [];
  return (statement.importClause?.namedBindings ?? statement.exportClause).elements;
}

/** Takes a type, and with an interface the exported types beside it, which its members are made of. */
function take(checker, taken, name, symbol) {
  if (taken.has(name)) return;
  taken.set(name, symbol);
  const declared = symbol.declarations.find(ts.isInterfaceDeclaration);
  if (declared === undefined) return;
  for (const beside of checker.getExportsOfModule(checker.getSymbolAtLocation(declared.getSourceFile())))
    if (beside.flags & ts.SymbolFlags.Type) take(checker, taken, beside.name, beside);
}

function declarationOf(checker, name, symbol) {
  const declared = symbol.declarations.find(ts.isInterfaceDeclaration);
  if (declared !== undefined) return declared.getText();
  const { NoTruncation, InTypeAlias, UseSingleQuotesForStringLiteralType } = ts.TypeFormatFlags;
  const type = checker.typeToString(
    checker.getDeclaredTypeOfSymbol(symbol),
    undefined,
    NoTruncation | InTypeAlias | UseSingleQuotesForStringLiteralType,
  );
  return `export type ${name} = ${type};`;
}
