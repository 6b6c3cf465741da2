"""Exchanges two names, again and again, in one step each time, until it is killed. Arguments: the two paths."""

import ctypes
import sys

AT_FDCWD, RENAME_EXCHANGE = -100, 2
one, other = (path.encode() for path in sys.argv[1:])
exchange = ctypes.CDLL(None).renameat2
for number in range(sys.maxsize):
    if exchange(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE) != 0:
        sys.exit("the two cannot be exchanged")
    if number == 0:
        print("ready", flush=True)
