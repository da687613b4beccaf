import { useQuery } from "convex/react";
import { api } from "../../../convex/_generated/api.js";
import { Panel } from "../../parts/Panel.js";

/** What got through the limits, newest first, live from whichever tab sent it. */
export function MessageList() {
  const messages = useQuery(api.rateLimiter.messages);
  return (
    <Panel title="Got through" aside="newest first" className="messages-panel">
      {messages === undefined && <span className="skeleton" />}
      {messages?.length === 0 && (
        <p className="empty">Nothing yet. Send a message, here or in another tab.</p>
      )}
      {messages !== undefined && messages.length > 0 && (
        // The list scrolls, and what scrolls must be reachable by keyboard.
        <ol className="messages" tabIndex={0} aria-label="Messages, newest first">
          {messages.map(({ _id, author, body }) => (
            <li key={_id}>
              <span className="message-author" data-author={author}>
                {author}
              </span>
              <span className="message-body">{body}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}
