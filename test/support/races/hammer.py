"""Rewrites, renames, deletes and turns files into other things, without a pause, until it is killed.

Arguments: the directory, and a file outside of it. A file's content is its generation, 16 digits, over and over, so that every piece of it
tells which writing it came from. Prints one line when everything has been there once.
"""

import itertools
import os
import sys

directory, outside = sys.argv[1:]
LARGE, SMALL = 128 * 1024, 4096 * 3
os.chdir(directory)


def content(generation, size):
    return (b"%016d" % generation) * (size // 16)


def write(path, generation, size, flags):
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o644)
    os.pwrite(descriptor, content(generation, size), 0)
    os.close(descriptor)


def remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        for name in os.listdir(path):
            os.unlink(path + "/" + name)
        os.rmdir(path)
    elif os.path.lexists(path):
        os.unlink(path)


def turn(path, generation):
    remove(path)
    kind = generation % 5
    if kind == 0:
        write(path, generation, SMALL, 0)
    elif kind == 1:
        os.symlink(outside, path)
    elif kind == 2:
        os.mkfifo(path)
    elif kind == 3:
        os.mkdir(path)
        write(path + "/inner", generation, SMALL, 0)


def hammer(generation):
    for number in range(2):
        write("overwritten-%d" % number, generation, LARGE, 0)
    write("emptied", generation, LARGE, os.O_TRUNC)
    write("../replacement", generation, LARGE, 0)
    os.rename("../replacement", "replaced")
    if os.path.exists("moved-a"):
        os.rename("moved-a", "moved-b")
    elif os.path.exists("moved-b"):
        os.rename("moved-b", "moved-a")
    else:
        write("moved-a", generation, SMALL, 0)
    remove("removed")
    write("removed", generation, SMALL, 0)
    turn("turning", generation)
    turn("folder/turning", generation + 2)


os.mkdir("folder")
for generation in itertools.count(1):
    hammer(generation)
    if generation == 6:
        print("ready", flush=True)
