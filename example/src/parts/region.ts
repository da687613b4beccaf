/**
 * The lines between `// #region name` and `// #endregion` of a source, so that the code shown is
 * the code that runs.
 */
export function region(source: string, name: string): string {
  const lines = source.split("\n");
  const start = lines.indexOf(`// #region ${name}`);
  const end = lines.indexOf("// #endregion", start);
  if (start === -1 || end === -1) {
    const known = lines.flatMap((line) => /^\/\/ #region (.+)/.exec(line)?.[1] ?? []);
    throw new Error(`No region "${name}" in the source. There are: ${known.join(", ")}.`);
  }
  return lines.slice(start + 1, end).join("\n");
}
