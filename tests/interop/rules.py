"""What WHIP (RFC 9725) and WHEP ask alike of an endpoint and its sessions. In: an endpoint, a good offer. Out: judgements."""

import re

import httpx

from tests.interop.conftest import Endpoint
from tests.interop.peers import credentials

SDP = {"Content-Type": "application/sdp"}
TRICKLE = {"Content-Type": "application/trickle-ice-sdpfrag"}
ORIGIN = {"Origin": "https://elsewhere.example"}
LINK = re.compile(
    r'<(stuns?|turns?):[^>]+>; ?rel="ice-server"(; ?username="[^"]+"; ?credential="[^"]+"; ?credential-type="password")?'
)


def post(http: httpx.Client, to: Endpoint, offer: str | bytes, **headers: str) -> httpx.Response:
    return http.post(to.url, content=offer, headers={**SDP, **to.bearer, **headers})


def end(http: httpx.Client, to: Endpoint, answer: httpx.Response) -> None:
    http.delete(to.place(answer), headers=to.bearer)


def judge_created(http: httpx.Client, to: Endpoint, offer: str, direction: str) -> None:
    """201 with everything a client needs; a session address that nobody guesses; DELETE whatever the ETag."""
    places = set()
    for _ in range(2):
        answer = post(http, to, offer, **ORIGIN)
        assert answer.status_code == 201, answer.text
        assert answer.headers["content-type"].split(";")[0] == "application/sdp"
        assert answer.headers["access-control-allow-origin"] in {"*", ORIGIN["Origin"]}
        exposed = {each.strip().lower() for each in answer.headers["access-control-expose-headers"].split(",")}
        assert exposed >= {"location", "etag", "link"}
        assert re.fullmatch(r'"[^"]+"', answer.headers["etag"]), "a strong, quoted ETag"
        for link in re.split(r", (?=<)", answer.headers.get("link", "")):
            assert not link or LINK.fullmatch(link), link
        judge_answer(answer.text, offer, direction)
        place = to.place(answer)
        places.add(place)
        assert len(re.sub(r"[^A-Za-z0-9]", "", place.rsplit("/", 1)[-1])) >= 20, "at least a hundred bits of chance"
        ended = http.delete(place, headers={**to.bearer, "If-Match": '"of another"'})
        assert ended.status_code == 200, "ETags do not matter to DELETE"
        assert http.delete(place, headers=to.bearer).status_code in {404, 409, 410}
    assert len(places) == 2


def judge_answer(answer: str, offer: str, direction: str) -> None:
    """Its sections mirror the offer's; candidates and credentials are in it."""
    ours, theirs = (re.findall(r"(?m)^m=(\w+) (\d+)", sdp) for sdp in (answer, offer))
    assert [kind for kind, _ in ours] == [kind for kind, _ in theirs]
    assert re.findall(r"(?m)^a=(sendrecv|sendonly|recvonly|inactive)\r?$", answer) == [direction] * len(ours)
    assert "a=candidate:" in answer, "candidates do not trickle from the server"
    assert "a=group:BUNDLE" in answer
    assert answer.count("a=rtcp-mux") >= 1
    assert re.search(r"a=setup:(active|passive)", answer)
    assert "a=fingerprint:sha-256" in answer
    credentials(answer)


def judge_refusals(http: httpx.Client, to: Endpoint, doubles: list[str]) -> None:
    """415 for another type, 400 for what is no SDP, 422 for more than one picture or sound."""
    for kind in ("application/json", "text/plain", "application/trickle-ice-sdpfrag"):
        assert http.post(to.url, content="v=0", headers={"Content-Type": kind, **to.bearer}).status_code == 415
    for body in ("", "hello", "v=0\r\nm=nonsense", b"\xff\xfe"):
        assert post(http, to, body).status_code == 400, body
    for double in doubles:
        assert post(http, to, double).status_code == 422


def judge_silence(http: httpx.Client, to: Endpoint, offer: str) -> None:
    """GET and HEAD are 2xx without content; OPTIONS tells what may be sent, also to other origins."""
    made = post(http, to, offer)
    for place in (to.url, to.place(made)):
        for method in ("GET", "HEAD"):
            answer = http.request(method, place, headers=to.bearer)
            assert (answer.is_success, answer.content) == (True, b""), method
        preflight = {
            **ORIGIN,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        asked = http.options(place, headers=preflight)
        assert asked.is_success
        assert asked.headers["access-control-allow-origin"] in {"*", ORIGIN["Origin"]}
        assert "authorization" in asked.headers["access-control-allow-headers"].lower()
        assert {"POST", "PATCH", "DELETE"} <= {
            each.strip() for each in asked.headers["access-control-allow-methods"].split(",")
        }
    asked = http.options(to.url)
    assert "application/sdp" in asked.headers["accept-post"]
    assert "credential=" not in asked.headers.get("link", ""), "credentials are for who has the token"
    end(http, to, made)


def judge_tokens(http: httpx.Client, to: Endpoint, offer: str) -> None:
    """Without the token nothing, on the endpoint and on its sessions; another session's address is nobody's."""
    made = post(http, to, offer)
    place, wrong = to.place(made), {"Authorization": "Bearer of-nobody"}
    for headers in ({}, wrong):
        asked = [
            http.post(to.url, content=offer, headers={**SDP, **headers}),
            http.patch(place, content="a=mid:0\r\n", headers={**TRICKLE, "If-Match": "*", **headers}),
            http.delete(place, headers=headers),
        ]
        assert all(answer.status_code in {401, 403} for answer in asked), [answer.status_code for answer in asked]
        if not headers:
            assert {asked[0].status_code, asked[0].headers["www-authenticate"].split()[0]} == {401, "Bearer"}
    guess = place.rsplit("/", 1)[0] + "/" + "A" * 32
    assert http.delete(guess, headers=to.bearer).status_code == 404
    assert http.delete(place, headers=to.bearer).status_code == 200, "the session has outlived all that"


def judge_trickle(http: httpx.Client, to: Endpoint, offer: str) -> None:
    """428 without If-Match, 412 stale, 204 without ETag; a restart is 200 with new credentials, or an honest 422."""
    made = post(http, to, offer)
    place, etag, (ufrag, password) = to.place(made), made.headers["etag"], credentials(offer)
    line = "a=candidate:1 1 udp 2130706431 192.0.2.77 9 typ host\r\na=end-of-candidates\r\n"
    head = "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:0\r\n"
    same = f"a=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n{head}{line}"

    def patch(body: str, **headers: str) -> httpx.Response:
        return http.patch(place, content=body, headers={**to.bearer, **TRICKLE, **headers})

    assert patch(same).status_code == 428
    assert patch(same, **{"If-Match": '"of another"'}).status_code == 412
    assert patch(same, **{"If-Match": etag, "Content-Type": "application/sdp"}).status_code == 415
    trickled = patch(same, **{"If-Match": etag})
    assert (trickled.status_code, trickled.content, "etag" in trickled.headers) == (204, b"", False)
    other = f"a=ice-ufrag:ther\r\na=ice-pwd:{'p' * 24}\r\n{head}{line}"
    known, latest = {credentials(made.text)[0]}, etag
    for match in ("*", '"*"'):
        restarted = patch(other.replace("ther", f"ther{len(known)}"), **{"If-Match": match})
        if restarted.status_code == 422:
            break
        assert restarted.status_code == 200, restarted.text
        assert restarted.headers["content-type"].split(";")[0] == "application/trickle-ice-sdpfrag"
        assert re.fullmatch(r'"[^"]+"', restarted.headers["etag"])
        assert restarted.headers["etag"] != latest
        name, _ = credentials(restarted.text)
        assert name not in known
        assert "a=candidate:" in restarted.text
        assert patch(same, **{"If-Match": latest}).status_code == 412, "the ETag of before is stale"
        known.add(name)
        latest = restarted.headers["etag"]
    assert http.delete(place, headers=to.bearer).status_code == 200


def judge_redirects(answers: list[httpx.Response]) -> None:
    """Whoever is sent elsewhere keeps method and body."""
    assert all(not answer.is_redirect or answer.status_code == 307 for answer in answers)
