"""The draw: bytes as documented, chances by weight, nothing left out unseen, any change found."""

import hashlib
from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from episodes import draw, draw_beacon, draw_chance, draw_pool, draw_proof
from episodes.draw import Candidate, State
from episodes.draw_chance import Source
from episodes.draw_pool import Cap, Conflict, Poll, PollOption
from episodes.draw_proof import Opening, Proof, Result, Terms
from runtime.problems import UserProblem
from tests.beacon import ROUND, SIGNATURE

KEY, ONE, TWO, VALUE = "a" * 64, "1" * 64, "2" * 64, "b" * 64
NS, DAY = 10**9, 86_400 * 10**9


def people(count: int, stratum: str = "东城", weight: int = 1) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(id=f"{stratum.encode().hex()[:4]}-{n}", name=f"{stratum}{n}号店", stratum=stratum, weight=weight)
        for n in range(count)
    )


candidates = st.lists(
    st.builds(
        Candidate,
        id=st.from_regex(r"[A-Za-z0-9._:-]{1,12}", fullmatch=True),
        name=st.text("甲乙丙丁 ab-", min_size=1, max_size=8).filter(lambda name: name == name.strip()),
        stratum=st.sampled_from(["东", "西"]),
        weight=st.integers(1, 4),
    ),
    min_size=3,
    max_size=25,
    unique_by=lambda each: each.id,
)


def drawn(pool: draw_pool.Pool, *, value: str = VALUE, sealed: frozenset[str] = frozenset()) -> tuple[Proof, bytes]:
    """A whole draw, everything revealed but the leaves in `sealed`."""
    names = [each.name for each in pool.strata]
    text = draw.pool_text(names, draw.owners_of(KEY, pool.candidates))
    audit = draw_proof.bytes_of(
        draw_proof.Audit(draw_id="d1", key=KEY, candidates=pool.candidates, excluded=pool.excluded)
    )
    reasons = Counter(each.reason for each in pool.excluded)
    terms = draw_proof.bytes_of(
        Terms(
            draw_id="d1", episode_id="e1", purpose="targets", route="double_random", attempt=1, nonce="c" * 32,
            pool=draw.pool_hash(text), audit=draw_proof.hash_of(audit), evidence="", source=Source(kind="dice", name="骰子", at_utc_ns=2),
            locks=(draw.lock_of(ONE), draw.lock_of(TWO)), strata=pool.strata, excluded=dict(reasons),
        )
    )  # fmt: skip
    seed = draw.seed_of(draw.pool_hash(text), value, draw.secret_of(ONE, TWO))
    owners = draw.owners_of(KEY, pool.candidates)
    results: list[Result] = []
    for number, stratum in enumerate(pool.strata, 1):
        order = draw.order_of(text, seed, number)
        for place in draw.places(order, number, owners, count=stratum.draws):
            who = place.candidate
            salt = next(
                s
                for n in range(who.weight)
                if draw.leaf_of(s := draw.salt_of(KEY, who.id, n), who.id, who.name) == place.leaf
            )
            outcome = "again" if place.again else "revealed"
            opening = Opening(salt=salt, id=who.id, name=who.name)
            results.append(
                Result(
                    stratum=number,
                    rank=place.rank,
                    ticket=place.ticket,
                    leaf=place.leaf,
                    outcome=outcome,
                    opening=opening,
                )
            )
    proof = Proof(
        committed=draw_proof.hash_of(terms), committed_utc_ns=1, terms=terms.decode(), pool=text, value=value,
        signature="", shares=(ONE, TWO), results=tuple(results), aborted=(),
    )  # fmt: skip
    return proof, audit


def test_the_bytes_are_one_line_of_text_each() -> None:
    """As docs/protocol/draw.md has them: `printf … | sha256sum`."""

    def said(line: str) -> str:
        return hashlib.sha256(line.encode()).hexdigest()

    salt = said(f"daylight.draw.salt.v1 {KEY} 0 id-1\n")
    assert draw.salt_of(KEY, "id-1", 0) == salt
    assert draw.leaf_of(salt, "id-1", "老街 烧烤") == said(f"daylight.draw.leaf.v1 {salt} id-1 老街 烧烤\n")
    assert draw.lock_of(ONE) == said(f"daylight.draw.share.v1 {ONE}\n")
    secret = said(f"daylight.draw.secret.v1 {ONE} {TWO}\n")
    seed = said(f"daylight.draw.seed.v1 {'d' * 64} {VALUE} {secret}\n")
    assert draw.seed_of("d" * 64, VALUE, draw.secret_of(ONE, TWO)) == seed
    leaf = "e" * 64
    (ticket,) = draw.order_of(f"1 {leaf}\n2 {'f' * 64}\n", seed, 1)
    assert ticket == draw.Ticket(said(f"daylight.draw.ticket.v1 {seed} 1 {leaf}\n"), leaf)
    assert draw.ticket_of(seed, f"1 {leaf}") == ticket.hash


@given(candidates, st.integers(0, 2**64))
@settings(max_examples=60, deadline=None)
def test_whoever_draws_draws_the_same_and_the_proof_holds(found: list[Candidate], chance: int) -> None:
    counts = Counter(each.stratum for each in found)
    draws = {name: min(2, count - 1) for name, count in counts.items() if count > 1}
    pool = draw_pool.frozen(found, (), purpose="targets", draws=draws)
    proof, audit = drawn(pool, value=f"{chance:064x}")
    again, _ = drawn(draw_pool.frozen(reversed(found), (), purpose="targets", draws=draws), value=f"{chance:064x}")
    assert proof == again, "the order of the list does not matter"
    report = draw_proof.verify(proof, audit)
    assert report.problems == ()
    assert report.tickets == sum(each.weight for each in found)
    taken = [each.opening.id for each in report.opened if each.outcome == "revealed"]
    assert len(taken) == len(set(taken)) == sum(draws.values())


@given(candidates, st.data())
@settings(max_examples=60, deadline=None)
def test_any_change_is_found(found: list[Candidate], data: st.DataObject) -> None:
    counts = Counter(each.stratum for each in found)
    draws = {name: 1 for name, count in counts.items() if count > 1}
    proof, audit = drawn(draw_pool.frozen(found, (), purpose="targets", draws=draws))
    first = proof.results[0]
    line = proof.pool.splitlines(keepends=True)
    changes = {
        "value": {"value": "0" * 64},
        "share": {"shares": (TWO, ONE)},
        "terms": {"terms": proof.terms.replace('"attempt":1', '"attempt":2')},
        "pool": {"pool": "".join(line[1:])},
        "unsorted": {"pool": "".join(reversed(line))},
        "dropped": {"results": proof.results[1:]},
        "name": {
            "results": (
                msgspec.structs.replace(first, opening=msgspec.structs.replace(first.opening, name="别家")),
                *proof.results[1:],
            )
        },
        "rank": {"results": (msgspec.structs.replace(first, rank=2), *proof.results[1:])},
        "unopened": {"results": (msgspec.structs.replace(first, opening=None), *proof.results[1:])},
        "passed": {"results": (msgspec.structs.replace(first, outcome="passed"), *proof.results[1:])},
        "passed over": {"results": (msgspec.structs.replace(first, outcome="again"), *proof.results[1:])},
        "early": {"committed_utc_ns": 3},
    }
    what = data.draw(st.sampled_from(sorted(changes)))
    assert draw_proof.verify(msgspec.structs.replace(proof, **changes[what])).problems, what
    assert draw_proof.verify(proof, audit + b" ").problems == ("audit_changed",)


def test_an_entity_of_weight_four_wins_four_times_as_often() -> None:
    found = (*people(3), Candidate(id="heavy", name="重", stratum="东城", weight=4))
    text = draw.pool_text(["东城"], draw.owners_of(KEY, found))
    owners = draw.owners_of(KEY, found)
    won = Counter(
        owners[draw.order_of(text, draw.seed_of(draw.pool_hash(text), f"{n:064x}", ONE), 1)[0].leaf].id
        for n in range(2000)
    )
    assert 0.5 < won["heavy"] / 2000 < 0.65, "4 of 7 tickets"
    assert all(0.1 < won[each.id] / 2000 < 0.19 for each in found[:3])


def test_the_public_pool_tells_neither_names_nor_weights() -> None:
    found = (*people(40), *people(40, "西城", weight=4))
    proof, _ = drawn(draw_pool.frozen(found, (), purpose="targets", draws={"东城": 1}))
    text = msgspec.json.encode(proof).decode()
    winner = proof.results[0].opening.name
    assert not [each.name for each in found if each.name in text and each.name != winner]
    assert not [each.id for each in found if f'"{each.id}"' in text and each.name != winner]
    assert "weight" not in text
    leaves = [line.split()[1] for line in proof.pool.splitlines()]
    assert len(set(leaves)) == 40 + 160


def test_a_place_that_gives_way_goes_to_the_next_ticket_of_somebody_else() -> None:
    found = people(5, weight=4)
    owners = draw.owners_of(KEY, found)
    text = draw.pool_text(["东城"], owners)
    order = draw.order_of(text, draw.seed_of(draw.pool_hash(text), VALUE, ONE), 1)
    first = draw.places(order, 1, owners, count=1)
    seen = frozenset(each.candidate.id for each in first)
    then = draw.places(order, 1, owners, count=1, after=len(first), used=seen)
    assert [each.rank for each in (*first, *then)] == list(range(1, len(first) + len(then) + 1))
    assert then[-1].candidate.id not in seen
    assert all(each.again and each.candidate.id in seen for each in then[:-1])
    with pytest.raises(UserProblem, match="pool_spent"):
        draw.places(order, 1, owners, count=6)


def test_conflicts_and_the_frequency_cap_leave_out_with_a_reason() -> None:
    found, now = people(5), 400 * DAY
    visits = [(found[0].id, now - 10 * DAY), (found[1].id, now - 200 * DAY)]
    kept, out = draw_pool.leave_out(found, [Conflict(id=found[2].id, why="近亲属经营")], visits, Cap(), now)
    assert [(each.candidate.id, each.reason) for each in out] == [(found[0].id, "frequency"), (found[2].id, "conflict")]
    assert [each.id for each in kept] == [found[n].id for n in (1, 3, 4)]
    assert len(draw_pool.leave_out(found, [], visits, Cap(days=0), now)[0]) == 5
    assert len(draw_pool.leave_out(found, [], visits, Cap(most=2), now)[0]) == 5
    for conflict, code in (
        (Conflict(id="x", why="是"), "conflict_unknown"),
        (Conflict(id=found[0].id, why=" "), "conflict_why"),
    ):
        with pytest.raises(UserProblem, match=code):
            draw_pool.leave_out(found, [conflict], visits, Cap(), now)


def test_a_poll_names_no_target() -> None:
    def poll(*votes: int) -> Poll:
        options = tuple(PollOption(stratum=name, votes=v) for name, v in zip(("东城", "西城"), votes, strict=True))
        return Poll(question="去哪里", options=options, frozen_utc_ns=1)

    found = (*people(30), *people(30, "西城"))
    pool = draw_pool.frozen(found, (), purpose="targets", draws={}, poll=poll(3, 9))
    assert [(each.name, each.draws) for each in pool.strata] == [("东城", 0), ("西城", 1)]
    for listed, votes, code in (
        (found[:-1], (3, 9), "poll_small"),
        (found, (4, 4), "poll_tied"),
        (found, (-1, 4), "poll_options"),
    ):
        with pytest.raises(UserProblem, match=code):
            draw_pool.frozen(listed, (), purpose="targets", draws={}, poll=poll(*votes))


@pytest.mark.parametrize(
    ("draws", "code"),
    [
        ({"南城": 1}, "stratum_unknown"),
        ({"东城": 0}, "draws_count"),
        ({"东城": 9}, "too_few"),
        ({"东城": 5}, "too_few"),
        ({"东城": -1}, "draws_count"),
    ],
)
def test_an_impossible_draw_is_refused(draws: dict[str, int], code: str) -> None:
    with pytest.raises(UserProblem, match=code):
        draw_pool.frozen(people(5), (), purpose="targets", draws=draws)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "pool_head"),
        ("id,stratum\n1,东", "pool_head"),
        ("id,name,secret\n1,甲,x", "pool_head"),
        ("id,name\n", "pool_empty"),
        ("id,name\n1,甲\n1,乙", "pool_twice"),
        ("id,name\n1,甲,3", "pool_row"),
        ("id,name\n,甲", "pool_row"),
        ("id,name\n1 2,甲", "pool_row"),
        ("id,name\n1,", "pool_row"),
        ("id,name,weight\n1,甲,17", "pool_row"),
        ("id,name,weight\n1,甲,多", "pool_field"),
        ('id,name\n1,"甲', "pool_csv"),
    ],
)
def test_a_bad_pool_is_refused_by_line_and_never_by_name(text: str, code: str) -> None:
    with pytest.raises(UserProblem, match=code) as refused:
        draw_pool.read_csv(text)
    assert "甲" not in repr(refused.value.params)


def test_a_pool_is_read() -> None:
    (one, two) = draw_pool.read_csv(
        "\ufeffid,name,stratum,weight,place\n91440703A,老街烧烤,东城,3,滨江路\n\nB-2,二店,,,\n"
    )
    assert (one.id, one.name, one.stratum, one.weight, one.place) == ("91440703A", "老街烧烤", "东城", 3, "滨江路")
    assert (two.weight, two.stratum) == (1, "")
    assert draw_pool.read_rows([{"id": "B-2", "name": "二店", "weight": None}]) == (two,)


def test_the_public_value_is_named_ahead_and_checked() -> None:
    now = 1_800_000_000 * NS
    source = draw_chance.named(Source(), now)
    assert source.round == (1_800_000_000 + 60 - 1692803367) // 3 + 1 + ((1_800_000_060 - 1692803367) % 3 > 0)
    assert now + 60 * NS <= source.at_utc_ns < now + 64 * NS
    signature = "ab" * 48
    value = hashlib.sha256(bytes.fromhex(signature)).hexdigest()
    with pytest.raises(UserProblem, match="too_early"):
        draw_chance.value_of(source, value, signature, now)
    assert draw_chance.value_of(source, f" {value.upper()}\n", signature, source.at_utc_ns) == value
    for text, sign, code in (
        (value, "ab" * 47 + "ac", "drand_mismatch"),
        (value[:-1], signature, "drand"),
        (value, "", "drand"),
    ):
        with pytest.raises(UserProblem, match=code):
            draw_chance.value_of(source, text, sign, source.at_utc_ns)
    with pytest.raises(UserProblem, match="source_past"):
        draw_chance.named(Source(round=5), now)
    with pytest.raises(UserProblem, match="chain"):
        draw_chance.named(Source(name="mine"), now)


def test_a_round_is_the_chains_own_or_none() -> None:
    """Round 1000 of quicknet, as drand's own clients publish it; not another round, not another signature."""
    chain = draw_chance.CHAINS["quicknet"]
    assert draw_beacon.signed(chain, ROUND, SIGNATURE)
    for round_, signature in (
        (ROUND + 1, SIGNATURE),
        (0, SIGNATURE),
        (ROUND, SIGNATURE[:-1] + "8"),
        (ROUND, "ab" * 48),
        (ROUND, "c0" + "00" * 47),
        (ROUND, SIGNATURE * 2),
        (ROUND, "zz"),
    ):
        assert not draw_beacon.signed(chain, round_, signature)


def test_dice_and_lottery_figures_are_typed() -> None:
    dice, lottery = (
        Source(kind="dice", name="二十个骰子", at_utc_ns=5),
        Source(kind="lottery", name="排列五第26150期", at_utc_ns=5),
    )
    assert draw_chance.value_of(dice, "1 2 3 4 5 6 1 2 3 4 5 6 1 2 3 4 5 6 1 2", "", 5) == "12345612345612345612"
    assert draw_chance.value_of(lottery, "0-3-9-9-1", "", 5) == "03991"
    for source, text, code in (
        (dice, "1234567" * 3, "dice"),
        (dice, "123", "dice"),
        (lottery, "12a45", "lottery"),
        (lottery, "12", "lottery"),
    ):
        with pytest.raises(UserProblem, match=code):
            draw_chance.value_of(source, text, "", 5)
    with pytest.raises(UserProblem, match="source_name"):
        draw_chance.named(Source(kind="dice", name=" ", at_utc_ns=5), 1)


def test_a_draw_moves_by_its_table() -> None:
    assert draw.next_state(State.PREPARED, "join") is State.COMMITTED
    for state, step in (
        (State.PREPARED, "value"),
        (State.COMMITTED, "draw"),
        (State.DISCLOSED, "abort"),
        (State.ABORTED, "join"),
        (State.VALUED, "disclose"),
    ):
        with pytest.raises(UserProblem, match="draw_state"):
            draw.next_state(state, step)
    assert draw.share_of(f" {ONE}\n") == ONE
    with pytest.raises(UserProblem, match="share"):
        draw.share_of("abc")
