/** What the HTTP action answered. */
export interface ApiAnswer {
  status: number;
  body: string;
  headers: Record<string, string>;
}

/** What the browser lets a page read because the action exposes it. */
const SHOWN = ["RateLimit-Policy", "RateLimit", "Retry-After"];

/** One request. A refusal is an answer and no error. */
export async function callApi(url: string): Promise<ApiAnswer> {
  const response = await fetch(url);
  const headers: Record<string, string> = {};
  for (const name of SHOWN) {
    const value = response.headers.get(name);
    if (value !== null) headers[name] = value;
  }
  return { status: response.status, body: await response.text(), headers };
}
