"""`python -m bench.glass`: glass to glass, a phone's page in Chromium → the director's page in Chromium. p50 and p95.

The phone's lens is a canvas that shows the time in sixteen black or white fields; the director's page reads it back
from each frame it is about to show. Chromium's own coding and decoding, both network stacks and the studio lie between.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from statistics import quantiles

from playwright.async_api import Browser, Page, async_playwright

from api.deeds import cameras, control
from api.deeds.doing import System
from episodes.people import Role
from runtime.settings.model import Encode
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.browser.rooms import CAMERAS, Show, on_stage

RESULT = Path(__file__).parent / "results" / "glass.json"
AIM_MS = 250.0
LENS = """
navigator.mediaDevices.getUserMedia = async (want) => {
  const made = new MediaStream();
  if (want.video) {
    const canvas = document.createElement("canvas");
    canvas.width = 1280; canvas.height = 720;
    const pen = canvas.getContext("2d", { alpha: false });
    const draw = () => {
      const ms = Math.round(performance.timeOrigin + performance.now()) & 0xffff;
      pen.fillStyle = "#777"; pen.fillRect(0, 0, 1280, 720);
      for (let bit = 0; bit < 16; bit += 1) {
        pen.fillStyle = (ms >> bit) & 1 ? "#fff" : "#000";
        pen.fillRect(bit * 80, 300, 80, 120);
      }
    };
    draw();
    setInterval(draw, 33);
    made.addTrack(canvas.captureStream(30).getVideoTracks()[0]);
  }
  if (want.audio) {
    const sound = new AudioContext();
    const to = sound.createMediaStreamDestination();
    const tone = sound.createOscillator();
    tone.connect(to); tone.start();
    made.addTrack(to.stream.getAudioTracks()[0]);
  }
  return made;
};
"""
READ = """
([source, seconds]) => new Promise((done) => {
  const video = document.querySelector(`video[data-source="${source}"]`);
  const canvas = document.createElement("canvas");
  canvas.width = 16; canvas.height = 1;
  const pen = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  const ages = [];
  const end = performance.now() + seconds * 1000;
  const look = (now, frame) => {
    const [w, h] = [video.videoWidth, video.videoHeight];
    pen.drawImage(video, 0, h * 0.48, w, h * 0.04, 0, 0, 16, 1);
    const pixels = pen.getImageData(0, 0, 16, 1).data;
    let ms = 0, clear = true;
    for (let bit = 0; bit < 16; bit += 1) {
      const light = pixels[bit * 4];
      clear &&= light < 70 || light > 185;
      if (light > 128) ms |= 1 << bit;
    }
    const at = Math.round(performance.timeOrigin + frame.expectedDisplayTime) & 0xffff;
    if (clear) ages.push((at - ms) & 0xffff);
    if (performance.now() < end) video.requestVideoFrameCallback(look); else done(ages);
  };
  video.requestVideoFrameCallback(look);
})
"""


async def phone(show: Show, browser: Browser) -> Page:
    """A phone whose lens shows the time."""
    code = await cameras.create_join_code(show.desk, System(), camera=CAMERAS[0])
    made = await browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    await made.add_init_script(LENS)
    page = await made.new_page()
    await page.goto(f"{show.url}/crew#join={code.code}")
    return page


async def measure(folder: Path, seconds: float) -> dict[str, list[float]]:
    """Milliseconds by way."""
    async with on_stage(folder, Encode()) as show, async_playwright() as driver:
        # Two browsers, as two people have them.
        field, control_room = [
            await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--disable-renderer-backgrounding"])
            for _ in range(2)
        ]
        await show.add("shen", Role.DIRECTOR)
        await phone(show, field)
        director = await show.page_of(control_room, "shen", "/studio", viewport={"width": 1440, "height": 900})
        await director.wait_for_selector(f'.cam[data-camera="{CAMERAS[0]}"].has-picture')
        await control.take(show.desk, System(), source=CAMERAS[0])
        await director.wait_for_selector(".mon.pgm.has-picture")
        await asyncio.sleep(8)
        found = {
            "browser camera → director's browser (camera)": await director.evaluate(READ, [CAMERAS[0], seconds]),
            "browser camera → director's browser (programme)": await director.evaluate(READ, ["program", seconds]),
        }
        await field.close()
        await control_room.close()
        return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory(prefix="daylight-bench-") as name:
        found = asyncio.run(measure(Path(name), seconds))
    figures = []
    for way, ages in found.items():
        cuts = quantiles(ages, n=20)
        for label, value in (("p50", cuts[9]), ("p95", cuts[18])):
            figures.append(
                {
                    "name": f"{way} {label}",
                    "value": round(value, 1),
                    "unit": "ms",
                    "peer": "our aim",
                    "ratio": round(value / AIM_MS, 2),
                }
            )
            print(f"{value:8.1f} ms  {way} {label}  ({len(ages)} pictures)")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"figures": figures}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
