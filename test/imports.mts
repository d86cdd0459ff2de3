import path from 'node:path';
import ts from 'typescript';

/** One import of a source file. */
export interface Import {
  /** As written: `../core/job`, `node:fs`, `zod`. */
  readonly specifier: string;
  /** Names taken as values; `*` for the whole module, also by `import()` and `require()`. None for types only. */
  readonly values: readonly string[];
}

/** A source file by its path from the project's root, with `/` between folders. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A room of the house: `core` for lib/core/job.ts, `nodes` for nodes/report.ts. */
export function roomOf(file: string): string {
  const [top = '', room = ''] = file.split('/');
  return top === 'lib' ? room : top;
}

/** The file (without extension) or the package that an import means. */
export function targetOf(
  source: Source,
  specifier: string,
): { readonly file: string } | { readonly module: string } {
  if (!specifier.startsWith('.')) return { module: specifier };
  return { file: path.posix.normalize(path.posix.join(path.posix.dirname(source.file), specifier)) };
}

/** Every import of a file in any form, found by TypeScript's own parser, so that comments and strings do not count. */
export function readImports(source: Source): readonly Import[] {
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const entry = readNode(node);
    if (entry !== null) found.push(entry);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(source.file, source.text, ts.ScriptTarget.Latest));
  return found;
}

function readNode(node: ts.Node): Import | null {
  if (ts.isImportDeclaration(node)) return build(node.moduleSpecifier, namesOf(node.importClause));
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return build(node.moduleSpecifier, exportedOf(node));
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return build(node.moduleReference.expression, node.isTypeOnly ? [] : ['*']);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
    return build(node.argument.literal, []);
  if (ts.isCallExpression(node) && isLoad(node.expression)) return build(node.arguments[0], ['*']);
  return null;
}

/** A module that is not named by plain text cannot be judged, so it is given back as a name that no rule allows. */
function build(node: ts.Node | undefined, values: readonly string[]): Import {
  return { specifier: node !== undefined && ts.isStringLiteralLike(node) ? node.text : '<computed>', values };
}

function isLoad(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function namesOf(clause: ts.ImportClause | undefined): readonly string[] {
  if (clause === undefined) return ['*'];
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return [];
  const whole = clause.name === undefined ? [] : ['default'];
  const bindings = clause.namedBindings;
  if (bindings === undefined) return whole;
  return ts.isNamespaceImport(bindings) ? [...whole, '*'] : [...whole, ...valuesOf(bindings.elements)];
}

function exportedOf(node: ts.ExportDeclaration): readonly string[] {
  if (node.isTypeOnly) return [];
  if (node.exportClause === undefined || ts.isNamespaceExport(node.exportClause)) return ['*'];
  return valuesOf(node.exportClause.elements);
}

function valuesOf(elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): readonly string[] {
  return elements.filter((item) => !item.isTypeOnly).map((item) => (item.propertyName ?? item.name).text);
}
