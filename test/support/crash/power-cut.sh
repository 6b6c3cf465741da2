#!/bin/sh
# Runs a command on a disk of its own, cuts the power the moment it ends, and copies out what the disk has kept.
#
#   unshare -m sh power-cut.sh KIND LOSS TEMPLATE FOLDER COMMAND [ARGUMENT…]
#
# KIND is ext4 (as it comes), ext4-plain (which covers nothing up), xfs or btrfs. LOSS is `unflushed` or `copied` (all that no flush has reached is lost) or `contents` (names, sizes and modes have just
# reached the disk, the contents of files not; not to be had on btrfs, which cannot be shut down: its disk is copied instead).
# The contents of TEMPLATE are put on the disk, which is mounted at FOLDER/disk; with $SYNCED they are flushed. FOLDER gets `status`
# (of the command, as wait(2) gives it) and `cut/`, what the disk holds when the power is back. With $REPAIR, a job for $WORKER,
# that job runs then, and `after/` is what the disk holds when it is done.
# The mounts belong to the mount namespace that this runs in, and go away with it.
set -eu

kind=$1 loss=$2 template=$3 folder=$4
shift 4
disk=$folder/disk

make_disk() {
  truncate -s 320M "$folder/image"
  case $kind in
  ext4) mkfs.ext4 -q -F "$folder/image" && options=loop ;;
  # By default ext4 covers up for programs that rename a file before its contents are flushed.
  ext4-plain) mkfs.ext4 -q -F "$folder/image" && options=loop,data=writeback,noauto_da_alloc ;;
  xfs) mkfs.xfs -q "$folder/image" && options=loop ;;
  btrfs) mkfs.btrfs -q "$folder/image" >/dev/null && options=loop ;;
  esac
  mkdir "$disk"
  mount -o "$options" "$folder/image" "$disk"
  cp -a "$template/." "$disk"
}

# FS_IOC_SHUTDOWN, with or without writing the journal out; at once, so that nothing is written in between.
run_and_cut() {
  perl -e '
    use Fcntl;
    my ($disk, $loss, $image, $status, @command) = @ARGV;
    sysopen(my $root, $disk, O_RDONLY | O_DIRECTORY) or die "$disk: $!";
    my $flag = pack("L", $loss eq "contents" ? 1 : 2);
    system(@command);
    my $result = $?;
    if ($loss eq "copied") { system("cp", "--sparse=always", $image, "$image.cut") == 0 or die "cannot copy the disk" }
    else { ioctl($root, 0x8004587D, $flag) or die "cannot cut the power: $!" }
    open(my $file, ">", $status) or die "$status: $!";
    print $file $result;
  ' "$disk" "$loss" "$folder/image" "$folder/status" "$@"
}

# A killed command may leave a child behind that still flushes the disk.
power_up() {
  tries=0
  until umount "$disk"; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ]
    sleep 0.1
  done 2>/dev/null
  [ ! -e "$folder/image.cut" ] || mv "$folder/image.cut" "$folder/image"
  mount -o loop "$folder/image" "$disk"
}

copy_out() {
  mkdir "$folder/$1"
  cp -a "$disk/." "$folder/$1"
}

make_disk
[ -z "${SYNCED-}" ] || sync -f "$disk"
run_and_cut "$@"
power_up
copy_out cut
if [ -n "${REPAIR-}" ]; then
  node "$WORKER" "$REPAIR"
  copy_out after
fi
