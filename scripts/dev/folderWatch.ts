import { readdirSync, statSync, watch, type FSWatcher } from "node:fs";
import { join } from "node:path";

export interface FolderWatchOptions {
  /** Which folders below the root are watched, by their path from it. */
  isWatched: (folder: string) => boolean;
  /** A file that changed, by its path from the root; or a watched folder that came or went. */
  onChange: (path: string, kind: "file" | "folder") => void;
}

/**
 * Watches a folder and those below it, each with a watcher of its own. Node's recursive watcher on
 * Linux watches files, and goes deaf to one after another file was renamed over it, which is how
 * `sed -i`, git and many editors save. A watcher of a folder hears of every name in it.
 */
export class FolderWatch {
  readonly #options: FolderWatchOptions;
  readonly #root: string;
  /** From the root; "" for the root itself. */
  readonly #folder: string;
  readonly #watcher: FSWatcher;
  readonly #below = new Map<string, FolderWatch>();

  constructor(root: string, options: FolderWatchOptions, folder = "") {
    this.#options = options;
    this.#root = root;
    this.#folder = folder;
    // Before looking at what is there, so that nothing comes unseen in between.
    this.#watcher = watch(join(root, folder), (event, name) => {
      if (name !== null) this.#see(event, name);
    });
    // A folder that is removed: the one above hears of it.
    this.#watcher.on("error", () => this.close());
    for (const name of namesIn(join(root, folder))) this.#open(name);
  }

  close(): void {
    this.#watcher.close();
    for (const watch of this.#below.values()) watch.close();
    this.#below.clear();
  }

  #see(event: string, name: string): void {
    const wasFolder = this.#below.has(name);
    // It came, went, or is another folder of the same name, which the old watcher knows nothing of.
    if (event === "rename") this.#open(name);
    const kind = wasFolder || this.#below.has(name) ? "folder" : "file";
    if (kind === "file" || event === "rename") this.#options.onChange(this.#pathOf(name), kind);
  }

  #open(name: string): void {
    const folder = this.#pathOf(name);
    this.#below.get(name)?.close();
    this.#below.delete(name);
    if (!this.#options.isWatched(folder) || !isFolder(join(this.#root, folder))) return;
    try {
      this.#below.set(name, new FolderWatch(this.#root, this.#options, folder));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** With slashes on every system. */
  #pathOf(name: string): string {
    return this.#folder === "" ? name : `${this.#folder}/${name}`;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Gone again, while it was looked at. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
