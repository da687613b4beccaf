import { useState } from "react";
import { describeError } from "../../../backend/describeError.js";
import { Choice } from "../../../parts/Choice.js";
import { Notice } from "../../../parts/Notice.js";
import { TokenHistories } from "../tokenHistory.js";
import { AddressPanel } from "./AddressPanel.js";
import {
  isSupported,
  KIND_NAMES,
  KINDS,
  MODE_NAMES,
  MODES,
  type Kind,
  type Mode,
  type Whose,
} from "./catalog.js";
import { JobBench } from "./JobBench.js";
import { TokenBench } from "./TokenBench.js";
import { useKeys, type Keys } from "./useKeys.js";

/** Every kind of limit, in every mode that it supports, to use up and to watch come back. */
export function Lab() {
  const [kind, setKind] = useState<Kind>("token bucket");
  const [wish, setWish] = useState<Mode>("row");
  const [whose, setWhose] = useState<Whose>("everybody");
  const state = useKeys();
  // The wish is kept: another kind may fulfil it.
  const mode = isSupported(kind, wish) ? wish : "row";
  return (
    <section className="lab" aria-labelledby="lab-title">
      <div className="section-title">
        <h2 id="lab-title">Every kind of limit</h2>
        <p className="hint">
          Choose how to count and how to store it. All of them answer alike: granted, or refused
          with the exact wait.
        </p>
      </div>
      <Choice
        legend="Algorithm"
        options={KIND_NAMES.map((value) => ({ value, ...KINDS[value] }))}
        chosen={kind}
        onChoose={setKind}
      />
      <div className="lab-choices">
        <ModeChoice kind={kind} mode={mode} onChoose={setWish} />
        <WhoseChoice whose={whose} onChoose={setWhose} />
      </div>
      {state.phase === "failed" && <Notice>{describeError(state.error)}</Notice>}
      {state.phase === "done" ? (
        <Bench kind={kind} mode={mode} whose={whose} keys={state.result} />
      ) : (
        <span className="skeleton skeleton-chart" />
      )}
    </section>
  );
}

function ModeChoice({
  kind,
  mode,
  onChoose,
}: {
  kind: Kind;
  mode: Mode;
  onChoose: (mode: Mode) => void;
}) {
  const isLease = kind === "concurrency";
  return (
    <Choice
      legend="Stored in"
      options={MODE_NAMES.map((value) => ({
        value,
        title: isLease && value === mode ? "A row per lease" : MODES[value].title,
        isDisabled: !isSupported(kind, value),
      }))}
      chosen={mode}
      onChoose={onChoose}
      hint={
        isLease
          ? "Callers spread over the free leases, and seldom meet on one."
          : MODES[mode].meaning
      }
    />
  );
}

function WhoseChoice({ whose, onChoose }: { whose: Whose; onChoose: (whose: Whose) => void }) {
  return (
    <Choice
      legend="Whose limit"
      options={[
        { value: "everybody", title: "Everybody’s" },
        { value: "address", title: "Per address" },
      ]}
      chosen={whose}
      onChoose={onChoose}
      hint={
        whose === "everybody"
          ? "One limit for all who have this page open."
          : "One limit per address that requests come from."
      }
    />
  );
}

function Bench({ kind, mode, whose, keys }: { kind: Kind; mode: Mode; whose: Whose; keys: Keys }) {
  const [histories] = useState(() => new TokenHistories());
  const name = KINDS[kind].names[mode];
  const subject = `${name ?? "jobs"} ${whose}`;
  const history = histories.of(subject);
  return (
    <div className="bench">
      {name === undefined ? (
        // Keyed by limit: an answer belongs to the limit that gave it.
        <JobBench key={subject} whose={whose} limitKey={keys[whose]} history={history} />
      ) : (
        <TokenBench
          key={subject}
          title={KINDS[kind].title}
          limit={{ name, whose }}
          limitKey={keys[whose]}
          history={history}
        />
      )}
      <AddressPanel address={keys.address} />
    </div>
  );
}
