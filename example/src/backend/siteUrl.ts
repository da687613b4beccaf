/**
 * Where the HTTP actions are: at another address than the functions, except on the embedded backend.
 * Set by `npm start`, and by the Convex CLI in `.env.local`; null if nobody did.
 */
export const siteUrl = readUrl(import.meta.env.VITE_CONVEX_SITE_URL);

/** An address without the slash at its end; null for what is none. */
export function readUrl(value: unknown): string | null {
  return typeof value === "string" && URL.canParse(value) ? value.replace(/\/$/, "") : null;
}
