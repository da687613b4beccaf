import type { Choices } from "./choices.ts";

/** How likely each fault is, each time it could happen: 0 never, 1 always. */
export interface FaultRates {
  /** A commit is refused although nothing it read has changed, so the function runs again. */
  abort: number;
  /** Every attempt of a client's or action's mutation is refused, so the caller gets an error. */
  exhaustion: number;
  /** A scheduled mutation meets an error of the system: it stays pending and is tried much later. */
  systemError: number;
  /** Up to 15 s pass between begin and commit, and others commit meanwhile. */
  slowTransaction: number;
  /** The mutation commits, and its client never hears of it. */
  lostReply: number;
  /** A client without request ids (HTTP) sends the same mutation twice, and both commit. */
  duplicateRequest: number;
  /** An action dies at one of its awaits. */
  killedAction: number;
  /** Every action in flight dies at once. */
  restart: number;
  /** What an action called answers late. */
  delayedResult: number;
  /** A due job waits. */
  delayedJob: number;
  /** Something else than the oldest due event happens next; jobs run out of order. */
  reordering: number;
  /** The wall clock steps by up to ten minutes, either way. */
  clockJump: number;
  /** `simulation.mayThrow()` in the scenario's functions throws. */
  userError: number;
}

export type Fault = keyof FaultRates;

/** No faults at all: what remains is concurrency. */
export const CALM: FaultRates = {
  abort: 0,
  exhaustion: 0,
  systemError: 0,
  slowTransaction: 0,
  lostReply: 0,
  duplicateRequest: 0,
  killedAction: 0,
  restart: 0,
  delayedResult: 0,
  delayedJob: 0,
  reordering: 0,
  clockJump: 0,
  userError: 0,
};

/** What a scenario meets unless it says otherwise. Clocks step only where a scenario asks for it. */
export const STORM: FaultRates = {
  abort: 0.1,
  exhaustion: 0.03,
  systemError: 0.02,
  slowTransaction: 0.1,
  lostReply: 0.05,
  duplicateRequest: 0.05,
  killedAction: 0.04,
  restart: 0.005,
  delayedResult: 0.15,
  delayedJob: 0.15,
  reordering: 0.5,
  clockJump: 0,
  userError: 0.15,
};

const SWARM_FACTORS = [0, 0, 0.3, 1, 3, 6] as const;

/** A run in which every event fails gets nowhere and shows nothing. */
const MAX_RATE = 0.9;

/**
 * The rates of one run: some faults off, others boosted. Runs that are all alike find only the bugs
 * their one mixture finds (Groce et al., "Swarm testing", 2012).
 */
export function swarm(rates: FaultRates, choices: Choices): FaultRates {
  const mixed = { ...rates };
  for (const fault of Object.keys(CALM) as Fault[]) {
    if (rates[fault] === 0) continue;
    mixed[fault] = Math.min(MAX_RATE, rates[fault] * choices.pick(SWARM_FACTORS));
  }
  return mixed;
}
