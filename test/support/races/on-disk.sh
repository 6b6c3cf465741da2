#!/bin/sh
# Runs a command with a disk of its own at FOLDER/disk.
#
#   unshare --mount --pid --fork --kill-child --mount-proc sh on-disk.sh KIND FOLDER COMMAND [ARGUMENT…]
#
# KIND is `ext4-seconds` (ext4 with small inodes, which hold whole seconds) or `exfat` (FUSE: whole seconds, no change times, no links).
# The mount and the server of the file system belong to the namespaces that this runs in, and go away with them.
set -eu

kind=$1 folder=$2
shift 2
truncate -s 64M "$folder/image"
mkdir "$folder/disk"
case $kind in
ext4-seconds) mkfs.ext4 -q -F -I 128 "$folder/image" >/dev/null 2>&1 && mount -o loop "$folder/image" "$folder/disk" ;;
exfat) mkfs.exfat "$folder/image" >/dev/null && mount -t exfat-fuse -o loop "$folder/image" "$folder/disk" >/dev/null 2>&1 ;;
esac
status=0
"$@" || status=$?
umount "$folder/disk"
exit "$status"
