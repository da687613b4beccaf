/** A line of markdown outside of code. `line` counts from 1. */
export interface Line {
  kind: "line";
  line: number;
  text: string;
}

/** A fenced code block, fences included. */
export interface Block {
  kind: "block";
  line: number;
  indent: string;
  fence: string;
  language: string;
  lines: string[];
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([\w-]*)/;

/** Splits markdown into lines and fenced blocks; joining them again gives the same text. */
export function pieces(markdown: string): (Line | Block)[] {
  const lines = markdown.split("\n");
  const found: (Line | Block)[] = [];
  for (let index = 0; index < lines.length;) {
    const piece = pieceAt(lines, index);
    found.push(piece);
    index += piece.kind === "block" ? piece.lines.length : 1;
  }
  return found;
}

function pieceAt(lines: string[], index: number): Line | Block {
  const text = lines[index] ?? "";
  const line = index + 1;
  const match = FENCE.exec(text);
  if (!match) return { kind: "line", line, text };
  const [, indent = "", fence = "", language = ""] = match;
  const length = lines.slice(line).findIndex((candidate) => closes(candidate, fence));
  const end = length < 0 ? lines.length : line + length + 1;
  return { kind: "block", line, indent, fence, language, lines: lines.slice(index, end) };
}

function closes(line: string, fence: string): boolean {
  return line.trim().startsWith(fence) && /^(`+|~+)$/.test(line.trim());
}
