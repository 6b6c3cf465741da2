#!/bin/sh
# Runs a command with a file system of its own mounted at FOLDER/mounted.
#
#   unshare -m sh mounted.sh KIND FOLDER COMMAND [ARGUMENT…]
#
# The mount belongs to the mount namespace that this runs in, and goes away with it.
set -eu

kind=$1 folder=$2
shift 2
mounted=$folder/mounted
mkdir -p "$mounted"

image() {
  truncate -s "$1" "$folder/image"
}

case $kind in
ext4) image 64M && mkfs.ext4 -q -F "$folder/image" && mount -o loop "$folder/image" "$mounted" ;;
ext4-128) image 64M && mkfs.ext4 -q -F -I 128 "$folder/image" >/dev/null 2>&1 && mount -o loop "$folder/image" "$mounted" ;;
xfs) image 320M && mkfs.xfs -q "$folder/image" && mount -o loop "$folder/image" "$mounted" ;;
btrfs) image 128M && mkfs.btrfs -q "$folder/image" >/dev/null && mount -o loop "$folder/image" "$mounted" ;;
tmpfs) mount -t tmpfs -o size=64m tmpfs "$mounted" ;;
overlay)
  mount -t tmpfs -o size=64m tmpfs "$mounted"
  mkdir "$mounted/lower" "$mounted/upper" "$mounted/work"
  mkdir "$mounted/lower/my-feature"
  echo "from below" >"$mounted/lower/my-feature/from-below.txt"
  mount -t overlay -o "lowerdir=$mounted/lower,upperdir=$mounted/upper,workdir=$mounted/work" overlay "$mounted"
  ;;
ntfs) image 32M && mkntfs -q -F -Q "$folder/image" >/dev/null 2>&1 && lowntfs-3g -o ignore_case "$folder/image" "$mounted" ;;
exfat)
  image 96M && mkfs.exfat "$folder/image" >/dev/null
  device=$(losetup -f --show "$folder/image")
  mount.exfat-fuse "$device" "$mounted" >/dev/null
  losetup -d "$device" # goes with the mount
  ;;
esac

status=0
"$@" || status=$?
# FUSE writes out and ends only with its mount.
cd /
umount -R "$mounted"
exit "$status"
