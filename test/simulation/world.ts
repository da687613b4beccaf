import { Choices } from "./choices.ts";
import { EPOCH_MS, Environment } from "./environment.ts";
import { CALM, type Fault, type FaultRates } from "./faults.ts";
import { type Actor, currentActor, Timeline } from "./timeline.ts";
import { Trace } from "./trace.ts";

/** What every part of a run shares: its choices, its time, its actors, and what was found. */
export class World {
  readonly choices: Choices;
  readonly timeline = new Timeline();
  readonly environment: Environment;
  readonly trace = new Trace();
  /** Why the run failed; it ends with the first. */
  readonly violations: string[] = [];
  readonly actors = new Set<Actor>();
  /** How often each fault struck. */
  readonly faults = new Map<Fault, number>();
  /** When the last fault, or the last wait after a conflict, is over. */
  lastDelayEndsAtMs = -Infinity;
  /** What may happen in this run at all, and how likely it is now. */
  readonly possible: FaultRates;
  rates: FaultRates = CALM;
  readonly seed: number;
  #attempts = 0;

  constructor(seed: number, possible: FaultRates, replay: readonly number[] | null = null) {
    this.seed = seed;
    this.possible = possible;
    this.choices = new Choices(seed, replay);
    this.environment = new Environment(seed, () => this.wallClockMs);
  }

  get wallClockMs(): number {
    return EPOCH_MS + this.timeline.nowMs + this.timeline.skewMs;
  }

  /** The clock and the randomness of the next transaction. */
  nextMoment(): { nowMs: number; seed: number } {
    this.#attempts += 1;
    const seed = (Math.imul(this.seed, 0x9e3779b1) + Math.imul(this.#attempts, 7919)) | 0;
    return { nowMs: this.wallClockMs, seed };
  }

  log(text: string): void {
    this.trace.add(this.timeline.nowMs, printable(text));
  }

  /**
   * Whether the fault strikes now. The choice is made even while the fault is off: then the choices
   * of a run keep their places when shrinking switches the fault off.
   */
  strikes(fault: Fault): boolean {
    return this.possible[fault] > 0 && this.choices.chance(this.rates[fault]);
  }

  /** Notes that a fault struck. @param lastsMs How long it delays things. */
  noteFault(fault: Fault, detail: string, lastsMs = 0): void {
    this.faults.set(fault, (this.faults.get(fault) ?? 0) + 1);
    this.excuse(lastsMs);
    this.log(`! ${fault}: ${detail}`);
  }

  /** Things take longer now, and for good reason: latencies are counted from the end of it. */
  excuse(lastsMs: number): void {
    this.lastDelayEndsAtMs = Math.max(this.lastDelayEndsAtMs, this.timeline.nowMs + lastsMs);
  }

  violate(message: string): void {
    this.violations.push(printable(message));
    this.log(`X ${message}`);
  }

  /** Starts something that runs on its own, up to where it first parks. */
  spawn(actor: Actor, run: () => Promise<void>): void {
    this.actors.add(actor);
    void currentActor.run(actor, async () => {
      try {
        await run();
      } catch (error) {
        this.violate(`${actor.name} crashed: ${error instanceof Error ? error.stack : error}`);
      }
      actor.isDone = true;
      this.actors.delete(actor);
    });
  }

  /** What it waits for never comes, and nothing of it runs again. */
  kill(actor: Actor): void {
    actor.isDead = true;
    this.timeline.forget(actor);
    this.actors.delete(actor);
    this.log(`${actor.name} is dead`);
    actor.onDeath();
  }
}

const INJECTED = "injected error in ";

/** What the fault `userError` throws. */
export function injectedError(where: string): Error {
  return new Error(`${INJECTED}${where}`);
}

/** By its words, because the class of an error does not survive a call from function to function. */
export function isInjected(error: unknown): boolean {
  return messageOf(error).startsWith(INJECTED);
}

export function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.length > 200 ? `${message.slice(0, 200)}...` : message;
}

/** Keys that are hard to tell apart are what some failures are about. */
function printable(text: string): string {
  return text.replace(
    /[^\n\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
}
