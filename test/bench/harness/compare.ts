import { isOurs, keyOf, type Results, type Row } from "./row.ts";

/**
 * What is not as it was committed. "worse" is a defect; everything else says that the committed
 * results are no longer what the code does.
 */
export interface Finding {
  kind: "worse" | "better" | "changed" | "missing" | "new";
  message: string;
}

/** Prints every finding, and what to do. @returns whether there is none */
export function check(
  committed: Results,
  measured: Results,
  print: (line: string) => void,
): boolean {
  const findings = compareResults(committed, measured);
  for (const { kind, message } of findings) print(`${kind}: ${message}`);
  if (findings.length > 0) print(adviceFor(findings));
  return findings.length === 0;
}

function adviceFor(findings: readonly Finding[]): string {
  const again = "run `npm run bench` and commit what it writes.";
  return findings.some(({ kind }) => kind === "worse")
    ? `Rows of ours got worse. Mend them; if it has to be, say why and ${again}`
    : `No row of ours got worse, but BENCHMARKS.md is out of date: ${again}`;
}

/** Compares the rows that are committed with those just measured; equal rows are no finding. */
export function compareResults(committed: Results, measured: Results): Finding[] {
  return [
    ...compareTables(committed.cost, measured.cost),
    ...compareTables(committed.conflicts, measured.conflicts),
  ];
}

function compareTables(committed: readonly Row[], measured: readonly Row[]): Finding[] {
  const before = new Map(committed.map((row) => [keyOf(row), row]));
  const after = new Map(measured.map((row) => [keyOf(row), row]));
  const findings: Finding[] = [];
  for (const [key, row] of after) {
    const old = before.get(key);
    const finding =
      old === undefined ? { kind: "new" as const, message: key } : compareRows(key, old, row);
    if (finding !== null) findings.push(finding);
  }
  for (const key of before.keys()) {
    if (!after.has(key)) findings.push({ kind: "missing", message: key });
  }
  return findings;
}

function compareRows(key: string, before: Row, after: Row): Finding | null {
  const names = [...new Set([...Object.keys(before.values), ...Object.keys(after.values)])];
  const changes = names.map((name) => ({
    name,
    from: before.values[name],
    to: after.values[name],
  }));
  const changed = changes.filter(({ from, to }) => from !== to);
  const isMovedConflict = before.where !== after.where;
  if (changed.length === 0 && !isMovedConflict) return null;
  const details = changed.map(({ name, from, to }) => `${name} ${from} -> ${to}`);
  if (isMovedConflict) details.push(`where ${before.where} -> ${after.where}`);
  return { kind: kindOf(after, changed), message: `${key}: ${details.join(", ")}` };
}

interface Change {
  from: number | undefined;
  to: number | undefined;
}

function kindOf({ subject }: Row, changed: readonly Change[]): Finding["kind"] {
  // An official package that costs more than before is no defect of ours.
  if (!isOurs(subject)) return "changed";
  if (changed.some(({ from, to }) => (to ?? Infinity) > (from ?? -Infinity))) return "worse";
  return changed.length > 0 ? "better" : "changed";
}
