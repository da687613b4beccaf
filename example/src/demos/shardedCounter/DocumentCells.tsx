import { formatCount } from "../../parts/formatCount.js";
import type { Where } from "./useStorm.js";

/** A cell for each document that a count reads. */
export function DocumentCells({
  where,
  title,
  count,
  documents,
}: {
  where: Where;
  title: string;
  count: number;
  documents: number;
}) {
  return (
    <div className="cells" data-where={where}>
      <p>
        <strong>{title}</strong>{" "}
        <span className="hint">
          {documents} {documents === 1 ? "document" : "documents"} for {formatCount(count)}
        </span>
      </p>
      <div className="cell-row" aria-hidden="true">
        {Array.from({ length: documents }, (_, index) => (
          <span key={index} />
        ))}
      </div>
    </div>
  );
}
