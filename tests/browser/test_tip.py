"""A tip's way as people go it: the desk makes its key, a phone reports, the desk answers, the phone reads it."""

import io
import re
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page

from episodes.people import Role
from tests.browser.conftest import Served, axe
from tests.browser.visits import PHONE, overflow, visit
from tips import seal

PASSPHRASE = "柳树下面第三块石板要轻轻抬起来看"
CANARY = "金丝雀五五八二"


def photo(folder: Path) -> Path:
    """A photo that tells where it was taken, by whose device."""
    exif = Image.Exif()
    exif[0x010F] = f"Maker{CANARY}"
    exif.get_ifd(0x8825)[2] = (22.0, 34.0, 56.0)
    path = folder / "photo.jpg"
    Image.new("RGB", (320, 240), (180, 40, 40)).save(path, exif=exif)
    assert b"Maker" in path.read_bytes()
    return path


async def make_key(page: Page) -> None:
    await page.fill("#new-pass", PASSPHRASE)
    await page.fill("#new-again", PASSPHRASE)
    await page.press("#new-again", "Enter")
    await page.wait_for_selector("#unlock", timeout=60_000)


async def unlock(page: Page) -> None:
    await page.fill("#pass", PASSPHRASE)
    await page.press("#pass", "Enter")
    await page.wait_for_selector("#rows button", timeout=60_000)


async def report(page: Page, picture: Path) -> tuple[str, list[str]]:
    """Through the four steps; answers the receipt."""
    assert await axe(page) == []
    await page.click("#next")
    await page.click("#next")
    assert await page.inner_text("#what-error") == "请写下看到了什么。"
    await page.fill("#where", "滨江路夜市 东口第三家")
    await page.fill("#what", f"第二天换标签再卖。{CANARY}")
    await page.set_input_files("#pictures", [str(picture)])
    await page.wait_for_selector("#shots img")
    assert await axe(page) == []
    assert await overflow(page) <= 0
    await page.click("#next")
    assert "原件、位置、时间和机型都不会上传" in await page.inner_text("#sum-kept")
    assert await axe(page) == []
    await page.click("#next")
    await page.wait_for_selector("#words li b", timeout=60_000)
    words = await page.locator("#words b").all_inner_texts()
    return await page.inner_text("#public-id"), words


async def write_again(page: Page, words: list[str]) -> None:
    """Wrong first: it says which, keeps the rest."""
    await page.click("#look")
    assert await page.is_disabled("#next")
    fields = page.locator("#words input")
    await fields.nth(0).fill("青青")
    for at, word in enumerate(words[1:], 1):
        await fields.nth(at).fill(word)
    assert await page.locator("#words .bad").count() == 1
    assert await page.locator("#words .right").count() == len(words) - 1
    assert await axe(page) == []
    await fields.nth(0).fill(words[0])
    assert await page.is_enabled("#next")
    assert await overflow(page) <= 0


def listen(page: Page, sent: list[bytes]) -> None:
    """Keep every byte this page sends, and every address it asks."""
    page.on("request", lambda request: sent.append((request.post_data_buffer or b"") + request.url.encode()))


async def read_and_ask(desk: Page) -> None:
    """The desk opens the tip and its picture, and asks back."""
    await desk.click("#rows button")
    await desk.wait_for_selector("#letter")
    assert CANARY in await desk.inner_text("#letter")
    await desk.click("[data-picture]")
    await desk.wait_for_selector("#pictures img")
    await desk.fill("#reply-text", "请问冰柜在店内还是店后？")
    await desk.click("#reply .btn.main")
    await desk.wait_for_selector(".say.me")
    assert await axe(desk) == []


async def sealed_picture(served: Served) -> bytes:
    """What the phone sealed, opened with the passphrase outside the browser."""
    inbox = served.desk.tips.inbox
    (key,), (tip,) = await inbox.keys(), await inbox.rows()
    identity = seal.open_desk_key(seal.DeskKey(key.recipient, key.sealed_identity), PASSPHRASE)
    return seal.unseal(await inbox.picture(tip.tip_id, 0, "test"), identity)


async def hear_and_add(phone: Page, public_id: str, words: list[str]) -> None:
    """The reporter mistypes, comes in, reads the question and answers."""
    await phone.fill("#public-id", public_id.lower().replace("-", " "))
    await phone.fill("#receipt-words", "、".join(words[:-1]))
    await phone.click("#open")
    assert "现在是8个" in await phone.inner_text("#wrong")
    await phone.fill("#receipt-words", "、".join(words))
    await phone.click("#open")
    await phone.wait_for_selector(".say", timeout=60_000)
    assert "店内还是店后" in await phone.inner_text(".say")
    await phone.fill("#say-text", f"店后，十一点半。{CANARY}")
    await phone.keyboard.press("Enter")
    await phone.wait_for_selector(".say.me")
    assert await axe(phone) == []
    assert await overflow(phone) <= 0


async def close_with_answer(desk: Page) -> None:
    """12315's number, then the answer: the only way to the end."""
    await desk.click("#rows button")
    await desk.get_by_text("店后，十一点半").wait_for()
    await desk.fill("#reference", "JB2026-0611-0382")
    await desk.press("#reference", "Enter")
    await desk.locator("#rows").get_by_text("JB2026-0611-0382").wait_for()
    desk.on("dialog", lambda dialog: dialog.accept())
    await desk.fill("#reply-text", "查实，已立案。")
    await desk.click('[data-answer="1"]')
    await desk.wait_for_selector(".say.answer")
    assert await desk.locator("#reply").count() == 0


async def test_a_tip_from_the_phone_to_its_answer(served: Served, browser: Browser, tmp_path: Path) -> None:
    await served.add("dora", Role.TIP_DESK)
    sent: list[bytes] = []
    async with visit(browser, served, "/desk/tips", login="dora") as desk:
        listen(desk, sent)
        await make_key(desk)
        assert await axe(desk) == []
        async with visit(browser, served, "/tip", viewport=PHONE) as phone:
            listen(phone, sent)
            public_id, words = await report(phone, photo(tmp_path))
            await write_again(phone, words)
            await phone.click("#next")
            await phone.wait_for_url("**/tip/status")
            await phone.go_back()
            assert not set(words) & set(re.findall(r"[\u4e00-\u9fff]{2}", await phone.inner_text("body")))
        await unlock(desk)
        await read_and_ask(desk)
        assert dict(Image.open(io.BytesIO(await sealed_picture(served))).getexif()) == {}
        async with visit(browser, served, "/tip/status", viewport=PHONE) as phone:
            listen(phone, sent)
            await hear_and_add(phone, public_id, words)
            await close_with_answer(desk)
            await phone.reload()
            await phone.fill("#public-id", public_id)
            await phone.fill("#receipt-words", " ".join(words))
            await phone.click("#open")
            await phone.wait_for_selector(".say.answer", timeout=60_000)
            assert "JB2026-0611-0382" in await phone.inner_text("#standing .note")
            assert await phone.is_hidden("#say")

    for secret in (CANARY, PASSPHRASE, "查实", "店内还是店后", *words):
        assert not any(secret.encode() in body for body in sent), secret
    var = served.desk.places.var
    kept = b"".join(path.read_bytes() for path in var.rglob("*") if path.is_file())
    for secret in (CANARY, PASSPHRASE, "查实", "店后", *words):
        assert secret.encode() not in kept, secret


async def test_the_browser_and_the_server_turn_words_into_the_same_keys(served: Served, browser: Browser) -> None:
    """Reported without scripts, read with them; and a page without scripts reads what was said with them."""
    await served.add("dora", Role.TIP_DESK)
    async with visit(browser, served, "/desk/tips", login="dora") as desk:
        await make_key(desk)
    async with visit(browser, served, "/tip", java_script_enabled=False, viewport=PHONE) as plain:
        assert "按原样提交" in await plain.inner_text("noscript")
        await plain.fill("#what", "没有脚本的手机")
        await plain.click("#next")
        words = await plain.locator(".words b").all_inner_texts()
        public_id = await plain.inner_text(".pid b")
        assert len(words) == 9
        assert "离开后不再显示" in await plain.inner_text("main")
    async with visit(browser, served, "/tip/status", viewport=PHONE) as phone:
        await phone.fill("#public-id", public_id)
        await phone.fill("#receipt-words", " ".join(words))
        await phone.click("#open")
        await phone.wait_for_selector(".track", timeout=60_000)
        await phone.fill("#say-text", "带脚本说的")
        await phone.keyboard.press("Enter")
        await phone.wait_for_selector(".say.me")
    async with visit(browser, served, "/tip/status", java_script_enabled=False, viewport=PHONE) as plain:
        await plain.fill("#public-id", public_id)
        await plain.fill("#receipt-words", " ".join(words))
        await plain.click("#open")
        assert "带脚本说的" in await plain.inner_text(".say.me")
        assert public_id not in plain.url


async def test_a_file_that_is_no_picture_is_not_added(served: Served, browser: Browser, tmp_path: Path) -> None:
    await served.add("dora", Role.TIP_DESK)
    async with visit(browser, served, "/desk/tips", login="dora") as desk:
        await make_key(desk)
        await desk.fill("#pass", "不是这个口令不是这个口令")
        await desk.press("#pass", "Enter")
        await desk.get_by_text("口令不对。").wait_for(timeout=60_000)
    wrong = tmp_path / "<img src=x>.jpg"
    wrong.write_bytes(b"<script>alert(1)</script>")
    async with visit(browser, served, "/tip", viewport=PHONE) as phone:
        await phone.click("#next")
        await phone.set_input_files("#pictures", [str(wrong)])
        await phone.get_by_text("不是能读的照片").wait_for()
        assert await phone.locator("#shots img").count() == 0


async def test_the_way_out_leaves_nothing_behind(served: Served, browser: Browser) -> None:
    async with visit(browser, served, "/tip/status", viewport=PHONE) as phone:
        await phone.fill("#receipt-words", "青山 白鹭")
        await phone.click("#leave")
        await phone.wait_for_url(re.compile(r"/(welcome)?$"))
        await phone.go_back()
        assert "/tip" not in phone.url
