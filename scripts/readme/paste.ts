import { pieces, type Block } from "./blocks.ts";

/** Where a code block comes from: `file#region`, or a whole file when there is no region. */
export interface CodeSource {
  file: string;
  region: string | undefined;
}

/** One finding in a markdown file, by line counted from 1. */
export interface Finding {
  line: number;
  text: string;
}

export interface Pasted {
  /** The markdown with every code block as its source has it. */
  markdown: string;
  /** Blocks that differed from their source. */
  drift: Finding[];
  /** What pasting cannot repair: typed code, unknown files, unknown regions. */
  problems: Finding[];
}

/** A comment that speaks of the code block below it. */
type Marker = { kind: "typed" } | { kind: "source"; line: number; source: CodeSource };

const SOURCE = /^\s*<!-- code: ([^\s#]+)(?:#(\S+))? -->\s*$/;
const TYPED = /^\s*<!-- not pasted: .*\S\s*-->\s*$/;

/** Code that a reader will copy and that a compiler can check. */
const CHECKED = ["ts", "tsx", "typescript", "js", "jsx", "javascript", "mts", "mjs"];

const HOW_TO =
  "Put <!-- code: example/convex/file.ts#region --> above it, or <!-- not pasted: why -->.";

/**
 * Replaces every fenced block below a `<!-- code: file#region -->` comment by that code.
 *
 * @param read The code of a source; throws an Error saying what is wrong with it.
 */
export function paste(markdown: string, read: (source: CodeSource) => string): Pasted {
  const written: string[] = [];
  const drift: Finding[] = [];
  const problems: Finding[] = [];
  let marker: Marker | undefined;
  const moveOn = (next: Marker | undefined) => {
    if (marker?.kind === "source") problems.push(noBlock(marker));
    marker = next;
  };
  for (const piece of pieces(markdown)) {
    if (piece.kind === "line") {
      if (piece.text.trim() !== "") moveOn(readMarker(piece.text, piece.line));
      written.push(piece.text);
      continue;
    }
    const result = pasteBlock(piece, marker, read);
    marker = undefined;
    written.push(...result.lines);
    if (result.problem !== undefined) problems.push({ line: piece.line, text: result.problem });
    if (result.drift !== undefined) drift.push({ line: piece.line, text: result.drift });
  }
  moveOn(undefined);
  return { markdown: written.join("\n"), drift, problems };
}

function pasteBlock(
  block: Block,
  marker: Marker | undefined,
  read: (source: CodeSource) => string,
): { lines: string[]; problem?: string; drift?: string } {
  const { lines, language } = block;
  if (marker?.kind !== "source") {
    const isTyped = marker === undefined && CHECKED.includes(language);
    return isTyped
      ? { lines, problem: `this ${language} block is typed by hand. ${HOW_TO}` }
      : { lines };
  }
  try {
    const pasted = render(block, marker.source, read(marker.source));
    return pasted.join("\n") === lines.join("\n")
      ? { lines }
      : { lines: pasted, drift: `this block differs from ${name(marker.source)}.` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { lines, problem: `${marker.source.file} ${reason}.` };
  }
}

function render({ indent, fence }: Block, { file }: CodeSource, code: string): string[] {
  const language = /\.(\w+)$/.exec(file)?.[1] ?? "";
  const lines = [`${fence}${language}`, ...code.split("\n"), fence];
  return lines.map((line) => (line === "" ? "" : indent + line));
}

function readMarker(text: string, line: number): Marker | undefined {
  const [, file, region] = SOURCE.exec(text) ?? [];
  if (file !== undefined) return { kind: "source", line, source: { file, region } };
  return TYPED.test(text) ? { kind: "typed" } : undefined;
}

function noBlock({ line, source }: { line: number; source: CodeSource }): Finding {
  return { line, text: `no code block follows the comment for ${name(source)}.` };
}

function name({ file, region }: CodeSource): string {
  return region === undefined ? file : `${file}#${region}`;
}
