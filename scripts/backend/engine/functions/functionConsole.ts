import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { currentCall } from "./functionCall.ts";

/**
 * The `console` that functions see. Node formats tables, timers and counters into the two streams;
 * the plain methods carry their own level and quote strings as the real backend does.
 */
export const functionConsole: Console = Object.assign(
  new Console({ stdout: lines("LOG"), stderr: lines("ERROR"), colorMode: false }),
  {
    log: printer("LOG"),
    debug: printer("DEBUG"),
    info: printer("INFO"),
    warn: printer("WARN"),
    error: printer("ERROR"),
  },
);

function printer(level: string): (...values: unknown[]) => void {
  return (...values) => {
    const text = values.map((value) => inspect(value, { depth: 4 })).join(" ");
    currentCall.getStore()?.addLogLine(level, text);
  };
}

function lines(level: string): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      currentCall.getStore()?.addLogLine(level, chunk.replace(/\n$/, ""));
      done();
    },
  });
}
