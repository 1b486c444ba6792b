/**
 * Doc comments of a schema's keys, read from its source: zod keeps no comments.
 *
 * Flow: source file + name of a schema → the keys beneath it, each with its comment and its own keys. It follows constants and
 * relative imports; what it does not understand has no comments.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

export interface CommentedKeys {
  readonly [key: string]: { readonly comment: string; readonly keys: CommentedKeys };
}

const OBJECTS = new Set(['object', 'strictObject', 'extend', 'safeExtend']);

class Source {
  readonly #path: string;
  readonly #file: ts.SourceFile;

  constructor(path: string) {
    this.#path = path;
    this.#file = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  }

  /** The keys of the schema with this name, here or where it is imported from. */
  keysOf(name: string): CommentedKeys {
    for (const statement of this.#file.statements) {
      const found = this.#declared(statement, name) ?? this.#imported(statement, name);
      if (found !== null) return found;
    }
    return {};
  }

  #declared(statement: ts.Statement, name: string): CommentedKeys | null {
    if (!ts.isVariableStatement(statement)) return null;
    const declaration = statement.declarationList.declarations.find((each) => each.name.getText() === name);
    return declaration?.initializer === undefined ? null : this.#keysIn(declaration.initializer);
  }

  #imported(statement: ts.Statement, name: string): CommentedKeys | null {
    if (!ts.isImportDeclaration(statement) || !ts.isStringLiteral(statement.moduleSpecifier)) return null;
    const bindings = statement.importClause?.namedBindings;
    const from = statement.moduleSpecifier.text;
    if (bindings === undefined || !ts.isNamedImports(bindings) || !from.startsWith('.')) return null;
    if (!bindings.elements.some((each) => each.name.text === name)) return null;
    return new Source(join(dirname(this.#path), from)).keysOf(name);
  }

  /** All keys that an expression gives, whichever of its objects they are in. */
  #keysIn(node: ts.Node): CommentedKeys {
    if (ts.isIdentifier(node)) return this.keysOf(node.text);
    if (ts.isObjectLiteralExpression(node)) return this.#keysOfObject(node);
    return Object.assign({}, ...this.#partsOf(node).map((part) => this.#keysIn(part)));
  }

  #partsOf(node: ts.Node): readonly ts.Node[] {
    if (ts.isPropertyAccessExpression(node)) return [node.expression];
    if (ts.isCallExpression(node))
      return this.#isOfValues(node) ? [node.expression] : [node.expression, ...node.arguments];
    const parts: ts.Node[] = [];
    ts.forEachChild(node, (child) => void parts.push(child));
    return parts;
  }

  /** Whether the object in a call is no shape: options of a check. */
  #isOfValues({ expression, arguments: given }: ts.CallExpression): boolean {
    const name = ts.isPropertyAccessExpression(expression) ? expression.name.text : '';
    return given.some(ts.isObjectLiteralExpression) && !OBJECTS.has(name);
  }

  #keysOfObject(node: ts.ObjectLiteralExpression): CommentedKeys {
    return Object.assign({}, ...node.properties.map((property) => this.#keysOfProperty(property)));
  }

  #keysOfProperty(property: ts.ObjectLiteralElementLike): CommentedKeys {
    if (ts.isSpreadAssignment(property)) return this.#keysIn(property.expression);
    const name = property.name?.getText() ?? '';
    const comment = commentOf(property);
    if (ts.isShorthandPropertyAssignment(property)) return { [name]: { comment, keys: this.keysOf(name) } };
    if (!ts.isPropertyAssignment(property)) return {};
    return { [name]: { comment, keys: this.#keysIn(property.initializer) } };
  }
}

function commentOf(node: ts.Node): string {
  const blocks = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  return (ts.getTextOfJSDocComment(blocks.at(-1)?.comment) ?? '').replaceAll(/\s+/gu, ' ').trim();
}

export function readDocComments(path: string, name: string): CommentedKeys {
  return new Source(path).keysOf(name);
}
