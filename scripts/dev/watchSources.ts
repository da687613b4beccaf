import { FolderWatch } from "./folderWatch.ts";

/** Editors save in several steps, and a branch switch touches many files: wait for quiet. */
const QUIET_MS = 150;

/** Calls back, once, after files that a push contains have changed. Returns the way to stop. */
export function watchSources(root: string, onChange: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const watch = new FolderWatch(root, {
    isWatched: leadsToSources,
    onChange: (path, kind) => {
      if (kind === "file" && !isPushed(path)) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, QUIET_MS);
    },
  });
  return () => {
    clearTimeout(timer);
    watch.close();
  };
}

/** Tests are not pushed, and the push itself writes generated code: that would never end. */
export function isPushed(path: string): boolean {
  return (
    SOURCES.test(path) &&
    /\.[cm]?[jt]sx?$/.test(path) &&
    !/\.test(-d)?\./.test(path) &&
    !path.includes("_generated")
  );
}

/** The folders of sources and those above: a component may be new, or gone and back. */
function leadsToSources(folder: string): boolean {
  if (folder.includes("_generated")) return false;
  return /^(example|components(\/[^/]+)?)$/.test(folder) || SOURCES.test(`${folder}/`);
}

const SOURCES = /^(example\/convex|components\/[^/]+\/src)\//;
