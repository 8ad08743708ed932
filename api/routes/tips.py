"""The reporter's pages. In: sealed parts from a browser, or plain ones sealed here in memory. Out: receipts, standings.

Nothing of a tip, a receipt or a key goes into a URL, a log or the main database. With scripts the words and the text
never reach this process; without them they live in it for the length of one request.
"""

import base64
import binascii
from typing import Annotated, Any

import msgspec
import pyrage
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, JSONResponse

from api.access import anyone, check_csrf, the_desk
from api.desk import Desk
from api.uploads import read_form
from runtime.problems import ProtocolProblem, UserProblem
from runtime.words import N_
from tips import receipt, seal, words
from tips.box import SAID_MOST, Intake, PublicKey, Standing
from tips.desk import Tips
from web.render import fragment, page, words_of

router = APIRouter(include_in_schema=False)
TheDesk = Annotated[Desk, Depends(the_desk)]

WHERE_MOST, WHAT_MOST, CONTACT_MOST, SAY_MOST = 200, 5000, 200, 2000
QUIET = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
STATE_WORDS = {
    "received": N_("已收到"),
    "accepted": N_("已受理"),
    "checking": N_("核查中"),
    "answered": N_("答复"),
}


def tips_of(desk: Desk) -> Tips:
    """The room; a desk without one says so."""
    if desk.tips is None:
        raise UserProblem("tips_closed", "举报通道暂未开通。急事请拨打12315。", 503)
    tips: Tips = desk.tips
    return tips


async def key_of(desk: Desk) -> PublicKey:
    """What letters are sealed to; without it nothing can be taken in."""
    key = await tips_of(desk).box.key()
    if key is None:
        raise UserProblem("tips_closed", "举报通道暂未开通。急事请拨打12315。", 503)
    return key


def pace_key(request: Request) -> str:
    """Whose pace is counted: the address, in memory and hashed only."""
    return request.client.host if request.client else ""


def word_table() -> dict[str, list[list[str]]]:
    """The receipt's words, for the browser."""
    return {"first": [list(pair) for pair in words.FIRST], "second": [list(pair) for pair in words.SECOND]}


def readings(held: receipt.Receipt) -> list[dict[str, str]]:
    """The words of a receipt with how they are read."""
    return [{"word": words.word(index), "reading": words.reading(index)} for index in held.indices]


@router.get("/tip", dependencies=[anyone()])
async def tip_page(request: Request, desk: TheDesk) -> Response:
    """The form; while the desk has no key, where else to go."""
    tips = desk.settings.tips
    key = await tips_of(desk).box.key() if desk.tips is not None else None
    return page(
        request,
        "tip.html",
        status=200 if key else 503,
        headers=QUIET,
        key=key,
        table=word_table(),
        most_files=tips.most_files,
        most_file_mib=tips.most_file_mib,
        count=tips.receipt_words,
        answer_days=tips.answer_days,
    )


@router.post("/tip", dependencies=[anyone(csrf_in_body=True)])
async def tip_without_scripts(request: Request, desk: TheDesk) -> Response:
    """Sealed here, in memory, before anything is stored. The receipt is in the answer and nowhere else."""
    tips, key = tips_of(desk), await key_of(desk)
    limits = tips.box.limits
    form = await read_form(request, most_files=limits.most_files, most_file_bytes=limits.most_file_bytes)
    check_csrf(request, form.fields.get("csrf", ""))
    pictures = form.files.get("pictures", ())
    letter = _letter(form.fields, raw=bool(pictures))
    tips.intake_pace.check(pace_key(request))
    held = receipt.new(desk.settings.tips.receipt_words)
    keys = await tips.derive(held)
    await tips.box.take(
        Intake(
            public_id=held.public_id,
            verifier=keys.verifier,
            recipient=keys.recipient,
            key_id=key.key_id,
            letter=seal.seal_letter(letter, [key.recipient]),
            pictures=tuple(seal.seal(picture, [key.recipient]) for picture in pictures),
        )
    )
    return page(
        request,
        "tip_receipt.html",
        status=201,
        headers=QUIET,
        public_id=held.public_id,
        receipt_words=readings(held),
        count=len(held.indices),
        answer_days=desk.settings.tips.answer_days,
    )


def _letter(fields: Any, *, raw: bool) -> seal.Letter:
    where, what, contact = (str(fields.get(name, "")).strip() for name in ("where", "what", "contact"))
    if not what:
        raise UserProblem("tip_empty", "请写下看到了什么。", 422)
    for text, most in ((where, WHERE_MOST), (what, WHAT_MOST), (contact, CONTACT_MOST)):
        if len(text) > most:
            raise UserProblem("text_long", "太长了，最多%(most)s个字。", 422, most=most)
    return seal.Letter(where=where, what=what, contact=contact, raw_pictures=raw)


@router.post("/tip/sealed", dependencies=[anyone()])
async def tip_sealed(request: Request, desk: TheDesk) -> Response:
    """Sealed in the browser: this process never holds the words or the text."""
    tips = tips_of(desk)
    limits = tips.box.limits
    form = await read_form(
        request, most_files=limits.most_files + 1, most_file_bytes=limits.most_file_bytes + seal.OVERHEAD
    )
    letters = form.files.get("letter", ())
    key_id = form.fields.get("key_id", "")
    if len(letters) != 1 or not (key_id.isascii() and key_id.isdigit() and len(key_id) < 10):  # noqa: PLR2004 - fits an integer column
        raise ProtocolProblem("tip_parts", "one letter and a key_id are expected", 422)
    tips.intake_pace.check(pace_key(request))
    await tips.box.take(
        Intake(
            public_id=form.fields.get("public_id", ""),
            verifier=form.fields.get("verifier", ""),
            recipient=form.fields.get("recipient", ""),
            key_id=int(key_id),
            letter=letters[0],
            pictures=form.files.get("pictures", ()),
        )
    )
    return JSONResponse({"public_id": form.fields["public_id"]}, 201, QUIET)


@router.get("/tip/status", dependencies=[anyone()])
async def status_page(request: Request, desk: TheDesk) -> Response:
    """Asks for the receipt. It is posted, never part of an address."""
    return _status_page(request, desk)


def _status_page(request: Request, desk: Desk, status: int = 200, **view: Any) -> HTMLResponse:
    filled = {"standing": None, "said": (), "wrong": "", "public_id": "", "receipt_text": ""} | view
    return page(
        request,
        "tip_status.html",
        status=status,
        headers=QUIET,
        table=word_table(),
        count=desk.settings.tips.receipt_words,
        state_words=STATE_WORDS,
        **filled,
    )


@router.post("/tip/status", dependencies=[anyone(csrf_in_body=True)])
async def status_without_scripts(request: Request, desk: TheDesk) -> Response:
    """The words come in the body, open the replies in memory, and go back only into the same reader's page."""
    tips = tips_of(desk)
    form = (await read_form(request, most_files=0, most_file_bytes=0)).fields
    check_csrf(request, form.get("csrf", ""))
    public_id, written, added = (form.get(name, "") for name in ("public_id", "words", "say"))
    try:
        tips.status_pace.check(pace_key(request))
        held = receipt.read(public_id, written, desk.settings.tips.receipt_words)
        keys = await tips.derive(held)
        standing = await tips.box.standing(held.public_id, keys.auth)
        if added.strip():
            standing = await _add(tips, standing, keys, added.strip())
    except UserProblem as problem:
        wrong = words_of(request)(problem.text, **problem.params)
        return _status_page(request, desk, problem.status, wrong=wrong, public_id=public_id[:16])
    return _status_page(
        request,
        desk,
        standing=standing,
        said=_opened(standing, keys),
        public_id=held.public_id,
        receipt_text=" ".join(held.words),
    )


async def _add(tips: Tips, standing: Standing, keys: receipt.Keys, added: str) -> Standing:
    if len(added) > SAY_MOST:
        raise UserProblem("text_long", "太长了，最多%(most)s个字。", 422, most=SAY_MOST)
    sealed = seal.seal_text(added, [standing.desk_recipient, standing.reply_recipient])
    await tips.box.say(standing.public_id, keys.auth, sealed)
    return await tips.box.standing(standing.public_id, keys.auth)


def _opened(standing: Standing, keys: receipt.Keys) -> list[dict[str, Any]]:
    made = []
    for said in standing.said:
        try:
            text = seal.unseal_text(said.sealed, keys.identity)
        except (pyrage.DecryptError, msgspec.MsgspecError):
            text = ""
        made.append({"text": text, "sealed": "", "by_desk": said.by_desk, "answer": said.answer, "utc_ns": said.utc_ns})
    return made


class Proof(BaseModel):
    """The id and what the browser derived from the words."""

    public_id: str = Field(max_length=16)
    auth: str = Field(pattern=r"^[0-9a-f]{64}$")


class Addition(Proof):
    """A message, sealed in the browser; base64."""

    sealed: str = Field(max_length=SAID_MOST * 2)


def b64(text: str) -> bytes:
    """Strict base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolProblem("base64", "not base64", 422) from error


@router.post("/tip/status/open", dependencies=[anyone()])
async def status_open(proof: Proof, request: Request, desk: TheDesk) -> Response:
    """The standing with its messages still sealed: the browser opens them."""
    tips = tips_of(desk)
    tips.status_pace.check(pace_key(request))
    return await _sealed_standing(request, tips, proof)


@router.post("/tip/status/say", dependencies=[anyone()])
async def status_say(added: Addition, request: Request, desk: TheDesk) -> Response:
    """One more message of the reporter."""
    tips = tips_of(desk)
    tips.status_pace.check(pace_key(request))
    await tips.box.say(receipt.read_id(added.public_id), added.auth, b64(added.sealed))
    return await _sealed_standing(request, tips, added)


async def _sealed_standing(request: Request, tips: Tips, proof: Proof) -> Response:
    standing = await tips.box.standing(receipt.read_id(proof.public_id), proof.auth)
    said = [
        {
            "text": "",
            "sealed": base64.b64encode(one.sealed).decode(),
            "by_desk": one.by_desk,
            "answer": one.answer,
            "utc_ns": one.utc_ns,
        }
        for one in standing.said
    ]
    html = fragment(
        "parts/tip_standing.html", words_of(request).lang, standing=standing, said=said, state_words=STATE_WORDS
    )
    body = {
        "html": html,
        "open": standing.state != "answered",
        "desk_recipient": standing.desk_recipient,
        "reply_recipient": standing.reply_recipient,
    }
    return JSONResponse(body, 200, QUIET)
