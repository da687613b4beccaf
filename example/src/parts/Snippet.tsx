import { useMemo, type ReactNode } from "react";
import { exampleCode } from "./exampleCode.js";
import { highlight } from "./highlight.js";

/** A region of a file in `example/convex`, under a line that says what to see in it. */
export function Snippet({
  file,
  region,
  children,
}: {
  file: string;
  region: string;
  children: ReactNode;
}) {
  const tokens = useMemo(() => highlight(exampleCode(file, region)), [file, region]);
  return (
    <figure className="snippet">
      <figcaption>
        <span>{children}</span>
        <span className="snippet-file">example/convex/{file}</span>
      </figcaption>
      {/* Long lines scroll, and what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0} aria-label={`Code of example/convex/${file}, ${region}`}>
        <code>
          {tokens.map(({ kind, text }, index) => (
            <span key={index} className={`code-${kind}`}>
              {text}
            </span>
          ))}
        </code>
      </pre>
    </figure>
  );
}
