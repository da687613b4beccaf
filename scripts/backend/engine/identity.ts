/**
 * The answer to any token: there is nobody here to verify it. Verified identities belong here when
 * a component needs them; convex-test takes them through `withIdentity`.
 */
export const NO_IDENTITIES =
  "This backend does not verify identities: sign out, or use a real deployment (npx convex dev)";
