"""`python -m broadcaster.playout.hls`. In: `ToPlaylist`, then frames, on stdin. Out: files, and reports on stdout.

`{"what": "listed", "time_ns"}` says that a player can fetch everything before that moment. `End` ends the list for
good; an end of file or SIGTERM lists what is there and leaves the list open for the next run.
"""

import os
import sys

from broadcaster import feed
from broadcaster.feed import Cut, End, Frame, ToPlaylist
from broadcaster.playout.hls.packager import Packager


def main() -> int:
    packager: Packager | None = None
    ended = False
    try:
        for message in feed.Inbox():
            if isinstance(message, ToPlaylist):
                packager = Packager(message, lambda end_ns: feed.report(what="listed", time_ns=end_ns))
            elif isinstance(message, Frame) and packager:
                packager.put(message)
            elif isinstance(message, Cut) and packager:
                packager.cut(message.from_ns, message.to_ns)
            elif isinstance(message, End):
                ended = True
                break
        if packager:
            packager.close(ended=ended)
    except OSError as error:
        feed.report(what="error", says=os.strerror(error.errno or 0))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
