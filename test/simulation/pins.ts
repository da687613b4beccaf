import { convexToJson } from "convex/values";
import type { SyscallGlobal } from "../../scripts/backend/engine/convexTestRuntime.ts";
import type {
  SyscallOverride,
  SyscallOverrides,
} from "../../scripts/backend/engine/recorder/recorder.ts";

/** What a `useStaleSnapshot` query said when its transaction began. */
export type Pin = { ok: true; result: string } | { ok: false; error: unknown };

/** At the begin: the queries run, and what they say is kept. */
export function pinning(pins: Pin[]): SyscallOverrides {
  const override: SyscallOverride = async (args, next) => {
    if (args.udfType !== "snapshotQuery") return next(args);
    try {
      const result = await next(args);
      pins.push({ ok: true, result });
      return result;
    } catch (error) {
      pins.push({ ok: false, error });
      throw error;
    }
  };
  return { "1.0/runUdf": override };
}

/** At the commit: they say what they said. */
export function replaying(pins: readonly Pin[]): SyscallOverrides {
  let used = 0;
  const override: SyscallOverride = (args, next) => {
    if (args.udfType !== "snapshotQuery") return next(args);
    const pin = pins[used++];
    if (pin === undefined) throw new Error("invariant: a replayed transaction asks for more");
    return pin.ok ? Promise.resolve(pin.result) : Promise.reject(pin.error as Error);
  };
  return { "1.0/runUdf": override };
}

let snapshotTs: bigint | null = null;
let isInstalled = false;

/** What `ctx.meta.getSnapshotTs()` says from now on; null for what convex-test says. */
export function setSnapshotTs(ts: bigint | null): void {
  snapshotTs = ts;
}

/** It is a synchronous syscall, which the recorder does not override. */
export function pinSnapshotTs(): void {
  if (isInstalled) return;
  isInstalled = true;
  const holder = globalThis as unknown as SyscallGlobal;
  const inner = holder.Convex;
  holder.Convex = {
    get jsSyscall() {
      return inner.jsSyscall;
    },
    asyncSyscall: (op, json) => inner.asyncSyscall(op, json),
    syscall: (op, json) =>
      op === "1.0/getSnapshotTs" && snapshotTs !== null
        ? JSON.stringify(convexToJson(snapshotTs))
        : inner.syscall(op, json),
  };
}
