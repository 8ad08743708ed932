"""`python -m broadcaster.clips {probe|make}`: looks at a film, or makes it ready for air. Out: JSON lines.

`probe --in FILE --most-s N` answers `{"film": {…}}` or `{"refused": word}`; `make` also takes `--out MP4 --poster
JPG --width --height --fps`, says `{"done": share}` on the way and ends with `{"made": seconds}` or `{"refused":
word}`. The exit code is 0 whenever it could answer. Memory, time and file size are limited: what a file asks for
beyond it ends this process.
"""

import argparse
import os
import resource
import sys
from pathlib import Path

import msgspec

from broadcaster.clips.make import Maker, probe
from broadcaster.clips.rules import Refused, refusal

_MEMORY = 3 << 30
_FILE = 8 << 30
_CPU_PROBE_S, _CPU_PER_S = 20, 20
_NICE = 15


def _say(**fields: object) -> None:
    sys.stdout.write(msgspec.json.encode(fields).decode() + "\n")
    sys.stdout.flush()


def _limit(cpu_s: int) -> None:
    """A show on air goes before, and a file that means harm gets nowhere."""
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE, _FILE))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s))


def main(argv: list[str] | None = None) -> int:
    """Answers on stdout."""
    args = _parser().parse_args(argv)
    _limit(_CPU_PROBE_S if args.what == "probe" else 60 + round(_CPU_PER_S * args.most_s))
    try:
        if args.what == "probe":
            film = probe(args.source)
            wrong = refusal(film, args.most_s)
            _say(refused=wrong) if wrong else _say(film=film)
        else:
            maker = Maker((args.width, args.height), args.fps, args.most_s, lambda done: _say(done=round(done, 3)))
            _say(made=maker.make(args.source, args.out, args.poster))
    except Refused as refused:
        _say(refused=refused.word)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m broadcaster.clips", description=(__doc__ or "").splitlines()[0])
    kinds = parser.add_subparsers(dest="what", required=True)
    look = kinds.add_parser("probe", help="what a film is")
    make = kinds.add_parser("make", help="a film for air")
    for each in (look, make):
        each.add_argument("--in", dest="source", type=Path, required=True)
        each.add_argument("--most-s", type=float, required=True)
    make.add_argument("--out", type=Path, required=True)
    make.add_argument("--poster", type=Path, required=True)
    make.add_argument("--width", type=int, default=1280)
    make.add_argument("--height", type=int, default=720)
    make.add_argument("--fps", type=int, default=30)
    return parser


if __name__ == "__main__":
    sys.exit(main())
