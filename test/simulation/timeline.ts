import { AsyncLocalStorage } from "node:async_hooks";

/** Something that runs on its own: a client, a job, an action. */
export class Actor {
  readonly name: string;
  /** True while it runs an action: then it can be killed. */
  isAction = false;
  isDead = false;
  isDone = false;
  /** What it is doing, for those who shorten a run: everything chosen for it can go together. */
  work: string | null = null;
  /** Told once when it is killed: its own `finally` blocks do not run, as in a real crash. */
  onDeath: () => void = () => {};
  /** The row of the scheduled function it runs. */
  readonly job: { component: string; id: string } | null;

  constructor(name: string, job: { component: string; id: string } | null = null) {
    this.name = name;
    this.job = job;
  }
}

export const currentActor = new AsyncLocalStorage<Actor>();

export interface ParkOptions {
  /** @default 0 */
  delayMs?: number;
  /** Also waits until this holds. @default always */
  isOpen?: () => boolean;
}

export interface Parked {
  actor: Actor;
  label: string;
  atMs: number;
  isOpen: () => boolean;
  resume: () => void;
}

/**
 * Simulated time. Actors give up the processor by parking; one at a time is resumed, and time moves
 * only when nobody can be.
 */
export class Timeline {
  /** True time, in milliseconds since the start of the run. */
  nowMs = 0;
  /** What the wall clock is ahead of true time. */
  skewMs = 0;
  /** Who waits, in the order of parking. */
  parked: Parked[] = [];

  /** Never resolves for an actor that was killed. */
  park(label: string, { delayMs = 0, isOpen = () => true }: ParkOptions = {}): Promise<void> {
    const actor = currentActor.getStore();
    if (actor === undefined) throw new Error(`invariant: nobody is there to park at "${label}"`);
    return new Promise((resume) => {
      if (actor.isDead) return;
      this.parked.push({ actor, label, atMs: this.nowMs + delayMs, isOpen, resume });
    });
  }

  /** Who can be resumed now, oldest first. */
  ready(): Parked[] {
    const ready = this.parked.filter((each) => each.atMs <= this.nowMs && each.isOpen());
    return ready.length > 1 ? ready.sort((a, b) => a.atMs - b.atMs) : ready;
  }

  /** When somebody can be resumed next; Infinity when everyone waits for a gate, or nobody waits. */
  nextAtMs(): number {
    return Math.min(...this.parked.map(({ atMs }) => (atMs > this.nowMs ? atMs : Infinity)));
  }

  take(parked: Parked): void {
    this.parked.splice(this.parked.indexOf(parked), 1);
  }

  forget(actor: Actor): void {
    this.parked = this.parked.filter((each) => each.actor !== actor);
  }
}
