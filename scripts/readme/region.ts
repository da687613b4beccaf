const START = /^\s*(?:\/\/|\{?\/\*|<!--)\s*#region\s+(\S+)/;
const END = /^\s*(?:\/\/|\{?\/\*|<!--)\s*#endregion\b/;

/**
 * The lines between `// #region name` and its `// #endregion`, without the indentation they share
 * and without the markers of other regions. Regions may nest.
 *
 * @throws if there is no such region, two of them, or one without an end.
 */
export function region(source: string, name: string): string {
  const lines = source.split("\n");
  const starts = lines.flatMap((line, index) => (START.exec(line)?.[1] === name ? [index] : []));
  const [start] = starts;
  if (start === undefined) throw new Error(`has no region "${name}"; ${listRegions(lines)}`);
  if (starts.length > 1) throw new Error(`has ${starts.length} regions "${name}"`);
  return tidy(lines.slice(start + 1, endOf(lines, start, name)));
}

/** A whole file as a code block shows it. */
export function wholeFile(source: string): string {
  return tidy(source.split("\n"));
}

function endOf(lines: string[], start: number, name: string): number {
  let depth = 0;
  for (let index = start; index < lines.length; index++) {
    const line = lines[index] ?? "";
    if (START.test(line)) depth++;
    if (END.test(line)) depth--;
    if (depth === 0) return index;
  }
  throw new Error(`has no #endregion for region "${name}"`);
}

function tidy(lines: string[]): string {
  const code = lines.filter((line) => !START.test(line) && !END.test(line));
  const indents = code
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const shared = indents.length > 0 ? Math.min(...indents) : 0;
  const dedented = code.map((line) => line.slice(shared).trimEnd());
  return dedented.join("\n").replace(/^\n+|\n+$/g, "");
}

function listRegions(lines: string[]): string {
  const names = lines.flatMap((line) => START.exec(line)?.[1] ?? []);
  return names.length > 0 ? `it has: ${names.join(", ")}` : "it has none";
}
