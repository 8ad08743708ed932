"""`python -m broadcaster.recorder`. In: `ToRecording`, then frames, on stdin. Out: files, and reports on stdout.

End of file, `End` and SIGTERM close the files; SIGKILL leaves them playable, short of half a second.
"""

import sys

from broadcaster import feed
from broadcaster.feed import End, Frame, ToRecording
from broadcaster.recorder.tape import Tape


def main() -> int:
    tape: Tape | None = None
    for message in feed.Inbox():
        if isinstance(message, ToRecording):
            tape = Tape(message)
        elif isinstance(message, Frame) and tape:
            tape.put(message)
        elif isinstance(message, End):
            break
    if tape:
        tape.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
