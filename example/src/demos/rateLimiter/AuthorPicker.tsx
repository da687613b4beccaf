import { AuthorCard } from "./AuthorCard.js";
import { AUTHORS, type Author } from "./authors.js";
import type { TokenHistory } from "./tokenHistory.js";

/** Who sends: three keys of one limit, side by side. */
export function AuthorPicker({
  chosen,
  onChoose,
  histories,
}: {
  chosen: Author;
  onChoose: (author: Author) => void;
  histories: Record<Author, TokenHistory>;
}) {
  return (
    <fieldset className="gauges authors">
      <legend>Send as</legend>
      {AUTHORS.map((author) => (
        <AuthorCard
          key={author}
          author={author}
          isChosen={author === chosen}
          onChoose={onChoose}
          history={histories[author]}
        />
      ))}
    </fieldset>
  );
}
