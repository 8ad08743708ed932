// Asking the desk from a page. In: a path and a body. Out: parsed JSON, or a `Problem` in the user's language.

export interface ProblemDetails {
  type?: string;
  title?: string;
  detail?: string;
  status?: number;
  code?: string;
  [key: string]: unknown;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly details: ProblemDetails,
  ) {
    super(details.detail ?? details.title ?? String(status));
  }
  get code(): string {
    return this.details.code ?? "";
  }
}

export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

export interface Ask {
  method?: string;
  json?: unknown;
  body?: BodyInit;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One request with the page's CSRF token; throws `Problem` when the desk refuses. */
export async function ask(path: string, { method, json, body, headers = {}, signal }: Ask = {}): Promise<Response> {
  const sent: Record<string, string> = { Accept: "application/json", "X-CSRF-Token": csrf(), ...headers };
  if (json !== undefined) sent["Content-Type"] = "application/json";
  const init: RequestInit = {
    method: method ?? (json === undefined && body === undefined ? "GET" : "POST"),
    headers: sent,
    credentials: "same-origin",
  };
  if (json !== undefined) init.body = JSON.stringify(json);
  else if (body !== undefined) init.body = body;
  if (signal) init.signal = signal;
  const answer = await fetch(path, init);
  if (answer.ok) return answer;
  let details: ProblemDetails = {};
  if (answer.headers.get("Content-Type")?.includes("json")) {
    details = (await answer.json().catch(() => ({}))) as ProblemDetails;
  }
  throw new Problem(answer.status, details);
}

/** POST JSON, answer JSON. */
export async function post<T = unknown>(path: string, json: unknown = {}): Promise<T> {
  const answer = await ask(path, { json, method: "POST" });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}
