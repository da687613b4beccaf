import { formatCount } from "../../parts/formatCount.js";
import { NumberList } from "../../parts/NumberList.js";
import { ProgressBar } from "../../parts/ProgressBar.js";
import type { StormRun, Where } from "./useStorm.js";

const TITLES: Record<Where, string> = { log: "In the log", rows: "In 16 rows" };
const UNKNOWN = "–";
const SECOND_MS = 1_000;

/** What was sent to one place, and what arrived there. */
export function StormLane({
  where,
  run: { id, clicks, lanes },
  live,
}: {
  where: Where;
  run: StormRun;
  /** What the subscription counts, while the storm is on. */
  live: number;
}) {
  const { sent, slowestMs, end } = lanes[where];
  const counted = end?.counted ?? live;
  return (
    <section className="lane" data-where={where} aria-label={TITLES[where]}>
      <h3>{TITLES[where]}</h3>
      <ProgressBar label={`Sent: ${TITLES[where].toLowerCase()}`} value={sent} max={clicks} />
      <NumberList
        numbers={{
          Sent: id === null ? UNKNOWN : formatCount(sent),
          Counted: id === null ? UNKNOWN : formatCount(counted),
          Lost: end === null ? UNKNOWN : formatCount(sent - end.counted),
        }}
      />
      <p className="hint">
        {end === null
          ? waitingFor(sent > 0 || live > 0)
          : `${seconds(end.tookMs)} for all, ${seconds(slowestMs)} for the slowest`}
      </p>
    </section>
  );
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / SECOND_MS).toFixed(2)} s`;
}

function waitingFor(isUnderWay: boolean): string {
  return isUnderWay ? "Under way" : "Not sent yet";
}
