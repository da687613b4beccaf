export type TokenKind = "comment" | "string" | "number" | "keyword" | "name" | "plain";

export interface Token {
  kind: TokenKind;
  text: string;
}

const KEYWORDS =
  "async|await|const|default|else|export|false|for|from|function|if|import|let|new|null|of|return|throw|true|try|type|undefined";

/** In the order in which they are tried: a keyword inside a string is a string. */
const PATTERN = new RegExp(
  [
    /(?<comment>\/\/.*|\/\*[^]*?\*\/)/.source,
    /(?<string>"(?:\\.|[^"\\])*"|`(?:\\.|[^`\\])*`)/.source,
    /(?<number>\b\d[\d_]*(?:\.\d+)?\b)/.source,
    `(?<keyword>\\b(?:${KEYWORDS})\\b)`,
    /(?<name>\b[A-Za-z_$][\w$]*(?=\())/.source,
  ].join("|"),
  "g",
);

/** Splits TypeScript into coloured pieces. Enough for the snippets of this app, not for all of it. */
export function highlight(code: string): Token[] {
  const tokens: Token[] = [];
  let end = 0;
  for (const match of code.matchAll(PATTERN)) {
    if (match.index > end) tokens.push({ kind: "plain", text: code.slice(end, match.index) });
    tokens.push({ kind: kindOf(match.groups), text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) tokens.push({ kind: "plain", text: code.slice(end) });
  return tokens;
}

function kindOf(groups: Record<string, string | undefined> = {}): TokenKind {
  const kinds = ["comment", "string", "number", "keyword", "name"] as const;
  return kinds.find((kind) => groups[kind] !== undefined) ?? "plain";
}
