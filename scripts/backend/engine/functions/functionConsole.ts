import { Console } from "node:console";
import { Writable } from "node:stream";
import { inspect } from "node:util";
import { currentCall } from "./functionCall.ts";

/** Formats tables, timers, counters and the like; its methods are bound to it. */
const nodeConsole = new Console({
  stdout: lines("LOG"),
  stderr: lines("ERROR"),
  colorMode: false,
});

/** The `console` that functions see: strings are quoted and levels named as the backend does it. */
export const functionConsole: Console = {
  ...nodeConsole,
  log: printer("LOG"),
  debug: printer("DEBUG"),
  info: printer("INFO"),
  warn: printer("WARN"),
  error: printer("ERROR"),
};

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
