const GREATEST_CODE_POINT = 0x10ffff;
const LAST_BEFORE_SURROGATES = 0xd7ff;
const FIRST_AFTER_SURROGATES = 0xe000;

/**
 * The least string that is greater than all strings which begin with `prefix`, in the order of
 * indexes, which is that of code points; null if there is none.
 */
export function endOfPrefix(prefix: string): string | null {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  const index = points.findLastIndex((point) => point < GREATEST_CODE_POINT);
  const last = points[index];
  if (last === undefined) return null;
  const next = last === LAST_BEFORE_SURROGATES ? FIRST_AFTER_SURROGATES : last + 1;
  return String.fromCodePoint(...points.slice(0, index), next);
}
