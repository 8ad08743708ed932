/* What WHIP and WHEP share. In: a peer connection with its transceivers, an endpoint, how to sign in. Out: a connected
   session that can be ended, or a Refusal that says whether and when to try again. */

export type SignIn = Record<string, string>;

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly retryAfterS: number,
  ) {
    super(detail || code);
  }

  /** 401 and 403 need a person; everything else passes by itself. */
  get final(): boolean {
    return this.status === 401 || this.status === 403 || this.status === 404;
  }
}

const GATHER_MS = 1500;
const POST_MS = 8000;
const PATCH_MS = 3000;
/** Disconnected for so long after a restart: begin a new session. */
const HEAL_MS = 4000;
const SERVERS_MS = 10 * 60_000;

export class Session {
  constructor(
    private readonly pc: RTCPeerConnection,
    private readonly place: string,
    private readonly signIn: SignIn,
  ) {}

  /** The session's own name, the last part of its address. */
  get id(): string {
    return this.place.split("/").pop() ?? "";
  }

  /** New credentials on both sides, because the network is another one: encryption, encoder and picture go on. */
  async restart(): Promise<void> {
    await this.pc.setLocalDescription(await this.pc.createOffer({ iceRestart: true }));
    const reply = await fetch(this.place, {
      method: "PATCH",
      headers: { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*", ...this.signIn },
      body: fragment(this.pc.localDescription?.sdp ?? ""),
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATCH_MS),
    });
    if (reply.status !== 200) throw await refusal(reply);
    const sdp = renewed(this.pc.remoteDescription?.sdp ?? "", await reply.text());
    await this.pc.setRemoteDescription({ type: "answer", sdp });
  }

  /** Close both ends; `keepalive` lets the DELETE outlive the page. */
  end(): void {
    this.pc.onconnectionstatechange = null;
    this.pc.close();
    void fetch(this.place, { method: "DELETE", headers: this.signIn, keepalive: true, credentials: "same-origin" }).catch(
      () => undefined,
    );
  }
}

/** Offer with all candidates, so that one request is enough (no trickle, works through every proxy). */
export async function negotiate(pc: RTCPeerConnection, endpoint: string, signIn: SignIn): Promise<Session> {
  await pc.setLocalDescription(await pc.createOffer());
  await gathered(pc);
  const reply = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/sdp", ...signIn },
    body: pc.localDescription?.sdp ?? "",
    credentials: "same-origin",
    signal: AbortSignal.timeout(POST_MS),
  });
  if (reply.status !== 201) throw await refusal(reply);
  const session = new Session(pc, new URL(reply.headers.get("Location") ?? endpoint, endpoint).href, signIn);
  try {
    await pc.setRemoteDescription({ type: "answer", sdp: await reply.text() });
  } catch (error) {
    session.end();
    throw error;
  }
  return session;
}

/** Our half of an ICE restart. The studio meets us where our checks come from, so no candidate has to be waited for. */
export function fragment(local: string): string {
  const line = (start: string): string => local.split(/\r?\n/).find((each) => each.startsWith(start)) ?? "";
  return ["a=ice-ufrag:", "a=ice-pwd:", "m=", "a=mid:"].map((start) => `${line(start)}\r\n`).join("");
}

/** The answer known so far under the studio's new credentials; its candidates stay. */
export function renewed(answer: string, told: string): string {
  let made = answer;
  for (const name of ["ice-ufrag", "ice-pwd"]) {
    const value = new RegExp(`^a=${name}:(\\S+)`, "m").exec(told)?.[1];
    if (!value) throw new Error("the restart brought no credentials");
    made = made.replace(new RegExp(`^a=${name}:\\S+`, "gm"), `a=${name}:${value}`);
  }
  return made;
}

/** The STUN and TURN servers that an endpoint tells who is signed in; none when it does not answer. */
export async function iceServers(endpoint: string, signIn: SignIn): Promise<RTCIceServer[]> {
  try {
    const reply = await fetch(endpoint, {
      method: "OPTIONS",
      headers: signIn,
      credentials: "same-origin",
      signal: AbortSignal.timeout(PATCH_MS),
    });
    return linked(reply.headers.get("Link") ?? "");
  } catch {
    return [];
  }
}

export function linked(header: string): RTCIceServer[] {
  return [...header.matchAll(/<([^>]+)>((?:;\s*[a-z-]+="[^"]*")*)/g)].flatMap(([, urls = "", more = ""]) => {
    const said = Object.fromEntries([...more.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    if (said.rel !== "ice-server") return [];
    return [said.username ? { urls, username: said.username, credential: said.credential } : { urls }];
  });
}

function gathered(pc: RTCPeerConnection): Promise<void> {
  if (pc.iceGatheringState === "complete") return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      pc.removeEventListener("icegatheringstatechange", check);
      resolve();
    };
    const check = (): void => {
      if (pc.iceGatheringState === "complete") done();
    };
    const timer = setTimeout(done, GATHER_MS);
    pc.addEventListener("icegatheringstatechange", check);
  });
}

async function refusal(reply: Response): Promise<Refusal> {
  let code = "";
  let detail = "";
  try {
    const body = (await reply.json()) as { code?: string; detail?: string };
    code = body.code ?? "";
    detail = body.detail ?? "";
  } catch {
    /* a proxy's page: the status says enough */
  }
  return new Refusal(reply.status, code, detail, Number(reply.headers.get("Retry-After") ?? "0") || 0);
}

/** Keeps one session alive: tries, watches, tries again with a growing wait. Subclasses make the connection. */
export abstract class Keeper {
  private session: Session | null = null;
  private pc: RTCPeerConnection | null = null;
  private wanted = false;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private generation = 0;
  private servers: RTCIceServer[] = [];
  private serversUntil = 0;

  protected constructor(
    private readonly endpoint: string,
    private readonly signIn: () => SignIn,
    private readonly report: (state: KeeperState, why: Refusal | null) => void,
  ) {
    // Another network, or one again: the session can often be kept.
    addEventListener("online", () => void this.heal());
    (navigator as { connection?: EventTarget }).connection?.addEventListener("change", () => void this.heal());
    addEventListener("pagehide", () => this.stop());
  }

  protected abstract build(servers: RTCIceServer[]): RTCPeerConnection;

  get connection(): RTCPeerConnection | null {
    return this.pc;
  }

  /** The open session's name, or empty. */
  get id(): string {
    return this.session?.id ?? "";
  }

  get tries(): number {
    return this.attempt;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.attempt = 0;
    void this.open();
  }

  stop(): void {
    this.wanted = false;
    this.drop();
    this.report("idle", null);
  }

  /** Begin anew at once: the studio is another one now, or the network came back. */
  again(): void {
    if (!this.wanted) return;
    this.drop();
    void this.open();
  }

  private drop(): void {
    this.generation += 1;
    clearTimeout(this.timer);
    this.session?.end();
    this.session = null;
    this.pc?.close();
    this.pc = null;
  }

  private async open(): Promise<void> {
    this.drop();
    const mine = this.generation;
    this.attempt += 1;
    this.report("connecting", null);
    const servers = await this.freshServers();
    if (mine !== this.generation) return;
    const pc = this.build(servers);
    this.pc = pc;
    this.watch(pc, mine);
    try {
      const session = await negotiate(pc, this.endpoint, this.signIn());
      if (mine === this.generation) this.session = session;
      else session.end();
    } catch (error) {
      pc.close();
      if (mine === this.generation) this.failed(error instanceof Refusal ? error : null);
    }
  }

  private async freshServers(): Promise<RTCIceServer[]> {
    if (performance.now() > this.serversUntil) {
      this.servers = await iceServers(this.endpoint, this.signIn());
      this.serversUntil = performance.now() + SERVERS_MS;
    }
    return this.servers;
  }

  /** Restart ICE in the session there is; when that does not bring it back soon, begin anew. */
  private async heal(): Promise<void> {
    const mine = this.generation;
    if (!this.wanted) return;
    if (!this.session) return this.again();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (mine === this.generation && this.pc?.connectionState !== "connected") this.again();
    }, HEAL_MS);
    try {
      await this.session.restart();
    } catch {
      if (mine === this.generation) this.again();
    }
  }

  private watch(pc: RTCPeerConnection, mine: number): void {
    pc.onconnectionstatechange = () => {
      if (mine !== this.generation) return;
      clearTimeout(this.timer);
      if (pc.connectionState === "connected") {
        this.attempt = 0;
        this.report("live", null);
      } else if (pc.connectionState === "failed" || pc.connectionState === "closed") {
        this.failed(null);
      } else if (pc.connectionState === "disconnected") {
        this.report("shaky", null);
        void this.heal();
      }
    };
    this.timer = setTimeout(() => {
      if (mine === this.generation && pc.connectionState !== "connected") this.failed(null);
    }, 12_000);
  }

  private failed(why: Refusal | null): void {
    this.drop();
    if (why?.final) {
      this.wanted = false;
      this.report("refused", why);
      return;
    }
    this.report("waiting", why);
    const waitS = why?.retryAfterS || Math.min(5, 0.5 * 2 ** Math.min(this.attempt, 4));
    this.timer = setTimeout(() => void this.open(), waitS * 1000);
  }
}

/** idle · connecting · live · shaky (no answer for a moment) · waiting (will try again) · refused (needs a person) */
export type KeeperState = "idle" | "connecting" | "live" | "shaky" | "waiting" | "refused";
