import type { Bench, Cost, Growth, Operation, Subject } from "./bench.ts";
import { addCosts, divideCost, NO_COST } from "./costs.ts";
import type { Row } from "./row.ts";
import { World } from "./world.ts";

/** What each operation reads, writes, calls and schedules, for each subject. */
export async function measureCosts<Client>(bench: Bench<Client>): Promise<Row[]> {
  const rows: Row[] = [];
  for (const operation of bench.operations) {
    const measured: Measured[] = [];
    for (const subject of subjectsOf(bench, operation)) {
      measured.push(await measureOperation(bench, subject, operation));
    }
    rows.push(...rowsOf(bench.component, operation.name, measured));
  }
  for (const growth of bench.growths) rows.push(...(await measureGrowth(bench, growth)));
  return rows;
}

/** The subjects that have this operation. */
export function subjectsOf<Client>(
  { subjects }: Pick<Bench<Client>, "subjects">,
  { absent = {} }: { absent?: Readonly<Record<string, string>> },
): Subject<Client>[] {
  return subjects.filter(({ name }) => !Object.hasOwn(absent, name));
}

interface Measured {
  subject: string;
  at?: number;
  call: Cost;
  /** Of the call and of the work it queued, until nothing is queued. */
  total: Cost;
  queued: boolean;
}

async function measureOperation<Client>(
  { component }: Bench<Client>,
  subject: Subject<Client>,
  operation: Operation<Client>,
): Promise<Measured> {
  // The same randomness for all subjects: the seed does not depend on whose turn it is.
  const world = await World.create(subject, `${component} ${operation.name}`);
  await operation.prepare?.(world);
  await world.drain();
  return { subject: subject.name, ...(await measureCalls(world, operation)) };
}

async function measureCalls<Client>(
  world: World<Client>,
  { run, calls = 1 }: Pick<Operation<Client>, "run" | "calls">,
  size = 0,
): Promise<Pick<Measured, "call" | "total" | "queued">> {
  let cost = NO_COST;
  for (let n = 0; n < calls; n++) {
    const call = { client: 0, n, key: `key ${n}`, size };
    cost = addCosts(cost, await world.run((client, ctx) => run(client, ctx, call)));
  }
  const background = await world.drain();
  return {
    call: divideCost(cost, calls),
    total: divideCost(addCosts(cost, background.cost), calls),
    queued: background.transactions > 0,
  };
}

async function measureGrowth<Client>(bench: Bench<Client>, growth: Growth<Client>): Promise<Row[]> {
  const measured: Point[] = [];
  for (const subject of bench.subjects) {
    const operations = growth.operations.filter(
      ({ absent = {} }) => !Object.hasOwn(absent, subject.name),
    );
    if (operations.length === 0) continue;
    const world = await World.create(subject, `${bench.component} ${growth.of}`);
    measured.push(...(await growWorld(world, growth, { operations, subject: subject.name })));
  }
  return growth.operations.flatMap(({ name }) => {
    const points = measured.filter(({ operation }) => operation === name);
    return rowsOf(bench.component, name, points);
  });
}

type Point = Measured & { operation: string };

async function growWorld<Client>(
  world: World<Client>,
  { sizes, grow }: Growth<Client>,
  { operations, subject }: { operations: Growth<Client>["operations"]; subject: string },
): Promise<Point[]> {
  const points: Point[] = [];
  for (const [i, at] of sizes.entries()) {
    await grow(world, { from: sizes[i - 1] ?? 0, to: at });
    await world.drain();
    for (const operation of operations) {
      const costs = await measureCalls(world, operation, at);
      points.push({ operation: operation.name, subject, at, ...costs });
    }
  }
  return points;
}

/** Work that only some subjects queue is counted for all, so that the sums can be compared. */
export const WITH_QUEUED_WORK = ", with the work it queues";

function rowsOf(component: string, workload: string, measured: readonly Measured[]): Row[] {
  const row = ({ subject, at }: Measured, values: Cost, suffix = ""): Row => ({
    component,
    workload: workload + suffix,
    subject,
    ...(at === undefined ? {} : { at }),
    values,
  });
  const calls = measured.map((each) => row(each, each.call));
  if (!measured.some(({ queued }) => queued)) return calls;
  return [...calls, ...measured.map((each) => row(each, each.total, WITH_QUEUED_WORK))];
}
