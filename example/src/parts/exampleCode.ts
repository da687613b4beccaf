import { region } from "./region.js";

const FOLDER = "../../convex/";

const sources = import.meta.glob<string>(["../../convex/*.ts", "!../../convex/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

/** A region of a file in `example/convex`, as it is on disk. */
export function exampleCode(file: string, name: string): string {
  const source = sources[FOLDER + file];
  if (source === undefined) throw new Error(`There is no file example/convex/${file}.`);
  return region(source, name);
}
