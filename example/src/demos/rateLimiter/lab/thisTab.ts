const LETTERS = 4;

/** What this tab calls itself, so that two of them can tell whose jobs are whose. */
export const THIS_TAB = `tab ${Math.random()
  .toString(36)
  .slice(2, 2 + LETTERS)}`;
