import ts from "typescript";

/** The titles of a test file: first arguments of `test`, `test.each(...)`, `it` and `describe`. */
export function testTitles(file: string, source: string): string[] {
  const titles: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && isTest(node.expression)) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, source, ts.ScriptTarget.Latest));
  return titles;
}

function isTest(expression: ts.Expression): boolean {
  if (ts.isIdentifier(expression)) return ["test", "it", "describe"].includes(expression.text);
  if (ts.isPropertyAccessExpression(expression) || ts.isCallExpression(expression))
    return isTest(expression.expression);
  return false;
}
