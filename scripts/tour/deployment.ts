/** A deployment that is asleep may take seconds; one that hangs is as good as none. */
const TIMEOUT_MS = 10_000;

/** Throws one line when nothing, or something that is no Convex deployment, answers at the URL. */
export async function assertDeploymentAnswers(url: string): Promise<void> {
  const refuse = (reason: string) => new Error(`No deployment answers at ${url}: ${reason}`);
  let response: Response;
  try {
    response = await fetch(new URL("/version", url), { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw refuse(reasonOf(error));
  }
  if (!response.ok) throw refuse(`its /version is HTTP ${response.status}`);
}

/** `fetch` hides the reason in the cause, which has a code and may have no message. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  return cause.message || ("code" in cause ? String(cause.code) : error.message);
}

/**
 * Where a deployment serves its HTTP actions: on Convex's cloud under another domain, and on a local
 * or self-hosted one, as it comes, at the next port.
 */
export function siteUrlOf(deploymentUrl: string): string {
  const url = new URL(deploymentUrl);
  if (url.hostname.endsWith(CLOUD)) url.hostname = url.hostname.slice(0, -CLOUD.length) + SITE;
  else if (url.port !== "") url.port = String(Number(url.port) + 1);
  return url.origin;
}

const CLOUD = ".convex.cloud";
const SITE = ".convex.site";
