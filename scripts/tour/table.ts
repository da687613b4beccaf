import { stripVTControlCharacters, styleText } from "node:util";

export interface Answer {
  component: string;
  asked: string;
  expected: string;
  seen: string;
}

export function isAsExpected({ expected, seen }: Answer): boolean {
  return expected === seen;
}

const HEADER = ["", "component", "asked", "expected", "seen"];

/** The answers as a table for a terminal; what was not expected is marked and coloured. */
export function formatAnswers(answers: Answer[]): string {
  const rows = [
    HEADER.map((title) => styleText("bold", title)),
    ...answers.map((answer) => {
      const ok = isAsExpected(answer);
      const seen = ok ? answer.seen : styleText("red", answer.seen);
      return [ok ? "✓" : "✗", answer.component, answer.asked, answer.expected, seen];
    }),
  ];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => width(row[column]))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function width(cell = ""): number {
  return stripVTControlCharacters(cell).length;
}

function pad(cell: string, to = 0): string {
  return cell + " ".repeat(to - width(cell));
}
