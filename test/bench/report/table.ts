/** A Markdown table. Columns of numbers are named with a leading ">" and set to the right. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = headings.map((heading) => heading.replace(/^>/, ""));
  const rule = headings.map((heading) => (heading.startsWith(">") ? "---:" : "---"));
  return [columns, rule, ...rows].map((cells) => `| ${cells.map(escape).join(" | ")} |`).join("\n");
}

/** The same text in consecutive rows is written once. */
export function withoutRepeats(rows: readonly (readonly string[])[]): string[][] {
  return rows.map((cells, i) => [
    cells[0] === rows[i - 1]?.[0] ? "" : (cells[0] ?? ""),
    ...cells.slice(1),
  ]);
}

/** Thousands are separated, and at most two decimals are shown. */
export function formatNumber(value: number | undefined): string {
  return value === undefined ? "" : value.toLocaleString("en-US", { maximumFractionDigits: 2 });
}

function escape(cell: string): string {
  return cell.replaceAll("|", "\\|");
}
