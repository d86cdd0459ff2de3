# Which drives there are and what uses them: one collector for the probe and for the start alike.
# shellcheck shell=dash
# shellcheck disable=SC2015

# bounded COMMAND…: a hung device must not hang the answer.
bounded() {
  if has timeout; then timeout -k 5 60 "$@"; else "$@"; fi </dev/null 2>/dev/null
}

# tagged TAG SOURCE COMMAND…: its lines, each behind TAG; a failure becomes a gap.
tagged() {
  local tag source out status line IFS
  tag=$1
  source=$2
  shift 2
  out=$(bounded "$@")
  status=$?
  if [ "$status" != 0 ] || [ -z "$out" ]; then
    printf 'G %s failed with exit status %s\n' "$source" "$status"
    return 0
  fi
  # In this very process: lines that a pipe lost would not be missed.
  IFS=$NEWLINE
  set -f
  for line in $out; do printf '%s %s\n' "$tag" "$line"; done
  set +f
}

# While udev still has events to work on, its notes may be those of the drive that was there before.
await_udev() {
  local i
  i=0
  while [ -e "$R/run/udev/queue" ]; do
    if [ "$i" = 30 ]; then
      printf 'G udev busy\n'
      return 0
    fi
    nap
    i=$((i + 1))
  done
}

list_devices() {
  await_udev
  tagged L lsblk lsblk -bPo NAME,KNAME,PKNAME,MAJ:MIN,TYPE,SIZE,PHY-SEC,ROTA,TRAN,SERIAL,WWN,MODEL,FSTYPE,PARTTYPE,LABEL,MOUNTPOINT
  collect_kernel_words
}

# The last line is the proof that the collector came to its end.
collect_devices() {
  list_devices
  printf 'E\n'
}

# What the kernel itself says a device is: lsblk repeats udev's notes, and those are late after a hot swap. By builtins
# only, as a fork for each drive would add up.
collect_kernel_words() {
  local dir path page hidden
  page=$(printf '\200')
  for dir in "$R"/sys/block/*; do
    # The single paths of a multipath NVMe drive, which nobody can open.
    hidden=
    { read -r hidden <"$dir/hidden"; } 2>/dev/null
    [ "$hidden" != 1 ] || continue
    for path in device/vpd_pg80 device/serial serial device/wwid wwid; do
      [ -r "$dir/$path" ] || continue
      read_words "$dir/$path"
      # The page of a SCSI device has a head: its type, its number, the length of the serial.
      case $path in *pg80) WORDS=${WORDS#*"$page"?} ;; esac
      [ -z "$WORDS" ] || printf 'K %s %s %s\n' "${dir##*/}" "${path##*/}" "$WORDS"
    done
  done
}

# read_words FILE: sets WORDS to its lines, joined by blanks. The shells drop NUL bytes on their own.
read_words() {
  local line
  WORDS=
  line=
  { while IFS= read -r line || [ -n "$line" ]; do WORDS="$WORDS$line "; done <"$1"; } 2>/dev/null
}

# findmnt's list, and the kernel's own, of which nothing can be cut off unseen.
collect_mounts() {
  tagged M findmnt findmnt -rno MAJ:MIN,SOURCE,TARGET,FSTYPE
  [ ! -r "$R/proc/self/mountinfo" ] || tagged N mountinfo cat "$R/proc/self/mountinfo"
}

collect_pools() {
  if has zpool; then
    tagged Z zpool zpool status -LP
  elif [ -d "$R/sys/module/zfs" ]; then
    printf 'G zpool is missing although ZFS is loaded\n'
  fi
}

collect_swaps() {
  local line
  if [ ! -r "$R/proc/swaps" ]; then
    printf 'G swaps cannot be read\n'
    return 0
  fi
  while read -r line || [ -n "$line" ]; do printf 'S %s\n' "$line"; done <"$R/proc/swaps"
  printf 'S end\n'
}

# collect_signatures KNAME: what is on it and its partitions now, where udev's notes say nothing of it. Signatures of two
# kinds at once make blkid, and with it lsblk, silent about both.
collect_signatures() {
  local name path type status
  has blkid || return 0
  for path in "$R/sys/block/$1" "$R/sys/block/$1/$1"*; do
    name=${path##*/}
    [ -e "$R/dev/$name" ] || continue
    type=$(bounded blkid -p -o value -s TYPE "$R/dev/$name")
    status=$?
    case $status in
      0) [ -z "$type" ] || printf 'F %s %s\n' "$name" "$type" ;;
      2) ;;
      8) printf 'A %s signatures of several kinds\n' "$name" ;;
      124 | 137 | 143) printf 'A %s it does not answer\n' "$name" ;;
      *) printf 'A %s failed with exit status %s\n' "$name" "$status" ;;
    esac
  done
}

# Whoever uses a device or a part of it is listed here by the kernel: md, dm, bcache, multipath.
collect_holders() {
  local dir kname path temp
  for dir in "$R"/sys/block/*; do
    kname=${dir##*/}
    [ -d "$dir/holders" ] || continue
    printf 'X %s\n' "$kname"
    for path in "$dir/$kname"*/; do
      path=${path%/}
      [ ! -d "$path" ] || printf 'P %s %s\n' "$kname" "${path##*/}"
    done
    for path in "$dir"/holders/* "$dir/$kname"*/holders/*; do
      case $path in *'/*') continue ;; esac
      printf 'H %s %s\n' "$kname" "${path##*/}"
    done
    for path in "$dir"/device/hwmon/hwmon*/temp1_input "$dir"/device/hwmon*/temp1_input; do
      [ -r "$path" ] || continue
      temp=
      { read -r temp <"$path"; } 2>/dev/null
      [ -z "$temp" ] || printf 'T %s %s\n' "$kname" "$temp"
    done
  done
}

# A loop device neither claims nor holds what it reads and writes; a btrfs of several devices is mounted by the name of
# one of them.
collect_kin() {
  local dir path
  for dir in "$R"/sys/block/loop*; do
    path=
    { IFS= read -r path <"$dir/loop/backing_file"; } 2>/dev/null
    case $path in
      /dev/shm/*) ;;
      /dev/*) printf 'O %s %s\n' "${dir##*/}" "$path" ;;
    esac
  done
  for path in "$R"/sys/fs/btrfs/*/devices/*; do
    case $path in *'/*') continue ;; esac
    dir=${path%/devices/*}
    printf 'B %s %s\n' "${dir##*/}" "${path##*/}"
  done
}

# collect_facts [KNAME]: of all drives, and with the name of one more about that one.
collect_facts() {
  list_devices
  collect_mounts
  collect_swaps
  collect_holders
  collect_kin
  collect_pools
  collect_claims
  [ -z "${1:-}" ] || collect_signatures "$1"
  is_root || printf 'G login is not root\n'
  printf 'E\n'
}
