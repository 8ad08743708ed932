/* A staff monitor. In: a <video>, an endpoint, the page's CSRF token. Out: the picture in that same element for as long
   as the page is open; the element is never replaced, so the last frame stays while the link comes back. */

import { Keeper, type KeeperState, type Refusal } from "./link";

export class Monitor extends Keeper {
  private readonly shown = new MediaStream();

  constructor(
    private readonly video: HTMLVideoElement,
    endpoint: string,
    csrf: string,
    report: (state: KeeperState, why: Refusal | null) => void,
  ) {
    super(endpoint, () => ({ "X-CSRF-Token": csrf }), report);
  }

  protected build(servers: RTCIceServer[]): RTCPeerConnection {
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: servers });
    pc.addTransceiver("video", { direction: "recvonly" });
    pc.addTransceiver("audio", { direction: "recvonly" });
    pc.ontrack = ({ track, receiver }) => {
      // A monitor wants the newest frame, not the smoothest.
      if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = 0;
      for (const old of this.shown.getTracks()) if (old.kind === track.kind) this.shown.removeTrack(old);
      this.shown.addTrack(track);
      if (this.video.srcObject !== this.shown) this.video.srcObject = this.shown;
      void this.video.play().catch(() => undefined);
    };
    return pc;
  }
}
