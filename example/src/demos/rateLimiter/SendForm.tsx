import { isRateLimitError } from "@convex-suite/rate-limiter";
import { useMutation } from "convex/react";
import { useId, useState, type FormEvent } from "react";
import { api } from "../../../convex/_generated/api.js";
import { describeError } from "../../backend/describeError.js";
import { useCall, type CallState } from "../../backend/useCall.js";
import { Countdown } from "../../parts/Countdown.js";
import { Notice } from "../../parts/Notice.js";
import { Progress } from "../../parts/Progress.js";
import type { Author } from "./authors.js";
import { describeLimit } from "./limits.js";
import type { TokenHistory } from "./tokenHistory.js";

/** What `send` keeps of a message. */
const MOST_CHARACTERS = 280;

/** Sends one message and says what the limits answered. */
export function SendForm({ author, history }: { author: Author; history: TokenHistory }) {
  const { state, run } = useCall(useMutation(api.rateLimiter.send));
  const [body, setBody] = useState("");
  const inputId = useId();
  const isSending = state.phase === "running";
  const greeting = `Hello from ${author}`;

  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (isSending) return;
    const outcome = await run({ author, body: body.trim() || greeting });
    if (outcome.phase === "done") {
      history.note({ at: outcome.at, granted: 1, refused: 0 });
      setBody("");
    }
    if (outcome.phase === "failed" && isRateLimitError(outcome.error)) {
      history.note({ at: outcome.at, granted: 0, refused: 1 });
    }
  };

  return (
    <form className="form" onSubmit={(event) => void send(event)}>
      <label htmlFor={inputId}>One message</label>
      <div className="form-row">
        <input
          id={inputId}
          type="text"
          value={body}
          maxLength={MOST_CHARACTERS}
          placeholder={greeting}
          autoComplete="off"
          onChange={(event) => setBody(event.target.value)}
        />
        {/* Not `disabled`, which would take the focus away. */}
        <button className="button primary" aria-disabled={isSending}>
          Send
        </button>
      </div>
      <div className="answer" aria-live="polite">
        <Answer state={state} />
      </div>
    </form>
  );
}

function Answer({ state }: { state: CallState<null> }) {
  switch (state.phase) {
    case "idle":
      return <span className="hint">Takes one token from the author and one from everybody.</span>;
    case "running":
      return <Progress label="Sending" />;
    case "done":
      return <span className="granted">Granted: it is in the list.</span>;
    case "failed":
      return <Refusal error={state.error} at={state.at} />;
  }
}

function Refusal({ error, at }: { error: unknown; at: number }) {
  if (!isRateLimitError(error)) return <Notice>{describeError(error)}</Notice>;
  const { name, retryAfter } = error.data;
  return (
    <span>
      <span className="refused">Refused</span> by {describeLimit(name)}. Retry{" "}
      <Countdown from={at} until={at + retryAfter} />.
    </span>
  );
}
