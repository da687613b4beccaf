/** Tenths of tokens, rounded down: a limit that shows 1.0 has a token to give. */
export function formatTokens(value: number): string {
  return (Math.floor(Math.max(0, value) * 10) / 10).toFixed(1);
}
