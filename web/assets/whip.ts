/* A phone's way in. In: camera and microphone, the endpoint and the device's token. Out: a publication that comes back
   by itself, and what its link is worth. */

import { Keeper, type KeeperState, type Refusal } from "./link";

export interface LinkQuality {
  /** 0 none, 1 poor, 2 fair, 3 good, 4 very good */
  bars: number;
  kbps: number;
  lossPercent: number;
  rttMs: number;
}

export class Publisher extends Keeper {
  private last = { bytes: 0, atMs: 0, lost: 0, sent: 0 };

  constructor(
    endpoint: string,
    token: string,
    private stream: MediaStream,
    private readonly mostKbps: number,
    report: (state: KeeperState, why: Refusal | null) => void,
  ) {
    super(endpoint, () => ({ Authorization: `Bearer ${token}` }), report);
  }

  /** Change the lens or the microphone without leaving the air. */
  async use(stream: MediaStream): Promise<void> {
    this.stream = stream;
    for (const sender of this.connection?.getSenders() ?? []) {
      const kind = sender.track?.kind;
      const next = stream.getTracks().find((track) => track.kind === kind);
      if (next) await sender.replaceTrack(next);
    }
  }

  protected build(servers: RTCIceServer[]): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: servers });
    for (const track of this.stream.getTracks()) {
      const encodings = track.kind === "video" ? [{ maxBitrate: this.mostKbps * 1000 }] : undefined;
      const transceiver = pc.addTransceiver(track, {
        direction: "sendonly",
        streams: [this.stream],
        ...(encodings ? { sendEncodings: encodings } : {}),
      });
      if (track.kind === "video") preferH264(transceiver);
    }
    this.last = { bytes: 0, atMs: 0, lost: 0, sent: 0 };
    return pc;
  }

  /** Since the last call; null before there is anything to say. */
  async quality(): Promise<LinkQuality | null> {
    const pc = this.connection;
    if (pc?.connectionState !== "connected") return null;
    let bytes = 0;
    let sent = 0;
    let lost = 0;
    let rttMs = 0;
    (await pc.getStats()).forEach((stat: RTCStats & Record<string, unknown>) => {
      if (stat.type === "outbound-rtp") {
        bytes += Number(stat.bytesSent ?? 0);
        sent += Number(stat.packetsSent ?? 0);
      } else if (stat.type === "remote-inbound-rtp") {
        lost += Number(stat.packetsLost ?? 0);
        rttMs = Math.max(rttMs, Number(stat.roundTripTime ?? 0) * 1000);
      }
    });
    const before = this.last;
    const nowMs = performance.now();
    this.last = { bytes, atMs: nowMs, lost, sent };
    if (before.atMs === 0) return null;
    const kbps = ((bytes - before.bytes) * 8) / (nowMs - before.atMs);
    const packets = Math.max(1, sent - before.sent);
    const lossPercent = Math.min(100, (Math.max(0, lost - before.lost) / packets) * 100);
    return { bars: bars(kbps, lossPercent, rttMs), kbps, lossPercent, rttMs };
  }
}

export function bars(kbps: number, lossPercent: number, rttMs: number): number {
  if (kbps < 30) return 0;
  if (lossPercent > 8 || rttMs > 800) return 1;
  if (lossPercent > 3 || rttMs > 300 || kbps < 500) return 2;
  return lossPercent > 1 || rttMs > 120 || kbps < 1200 ? 3 : 4;
}

/** H.264 keeps the camera's original playable everywhere; VP8 stays as the second choice. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpSender.getCapabilities?.("video")?.codecs;
  if (!codecs || !("setCodecPreferences" in transceiver)) return;
  const rank = (codec: { mimeType: string; sdpFmtpLine?: string }): number => {
    if (codec.mimeType.toLowerCase() === "video/h264") {
      const line = codec.sdpFmtpLine ?? "";
      return line.includes("packetization-mode=1") && line.includes("42e0") ? 0 : 1;
    }
    return codec.mimeType.toLowerCase() === "video/vp8" ? 2 : 3;
  };
  transceiver.setCodecPreferences([...codecs].sort((a, b) => rank(a) - rank(b)));
}
