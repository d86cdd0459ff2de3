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
  tagged L lsblk lsblk -bPo NAME,KNAME,PKNAME,MAJ:MIN,TYPE,SIZE,PHY-SEC,ROTA,TRAN,SERIAL,WWN,MODEL,FSTYPE,PARTTYPE,LABEL,UUID,MOUNTPOINT
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
    # An NVMe drive of another host.
    [ ! -r "$dir/device/transport" ] || {
      read_words "$dir/device/transport"
      printf 'V %s %s\n' "${dir##*/}" "$WORDS"
    }
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
  local name path type uuid status
  has blkid || return 0
  for path in "$R/sys/block/$1" "$R/sys/block/$1/$1"*; do
    name=${path##*/}
    [ -e "$R/dev/$name" ] || continue
    type=$(bounded blkid -p -o value -s TYPE "$R/dev/$name")
    status=$?
    case $status in
      0)
        [ -n "$type" ] || continue
        uuid=$(bounded blkid -p -o value -s UUID "$R/dev/$name")
        printf 'F %s %s\nU %s %s\n' "$name" "$type" "$name" "$uuid"
        ;;
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

# read_node PATH: sets NODE_TYPE to the letter of what is there (empty: nothing, or no answer), and NODE_NUMBER to the number
# of a block device.
read_node() {
  # shellcheck disable=SC2012,SC2046
  set -- $(bounded ls -lnLd "$1")
  NODE_NUMBER=-
  NODE_TYPE=${1:+${1%"${1#?}"}}
  [ "$NODE_TYPE" = b ] || return 0
  # Some write the two figures as one word.
  case ${5:-} in
    *,) NODE_NUMBER=${5%,}:${6:-} ;;
    *,*) NODE_NUMBER=${5%,*}:${5#*,} ;;
  esac
}

# put_backing NAME FILE: what the name writes through to, where that is or may be a block device: by its number, as any
# directory can hold a node of it, and a container has names of its own.
put_backing() {
  [ -n "$2" ] || return 0
  read_node "$R${2% (deleted)}"
  case $NODE_TYPE:$2 in
    b:*) ;;
    *:/dev/shm/*) return 0 ;;
    *:/dev/*) ;;
    -:*) return 0 ;;
  esac
  printf 'O %s\t%s\t%s\n' "$NODE_NUMBER" "$1" "$2"
}

# A loop device, and a target that gives a device to other hosts, neither claim nor hold what they read and write.
collect_writers() {
  local dir path name
  for path in "$R"/sys/block/loop*/loop/backing_file "$R"/sys/kernel/config/nvmet/subsystems/*/namespaces/*/device_path \
    "$R"/sys/kernel/config/target/core/*/*/udev_path; do
    [ -e "$path" ] || continue
    dir=${path%/*}
    case $path in
      */backing_file) name=${dir%/loop} name=${name##*/} ;;
      */device_path) name=${dir%/namespaces/*} name="nvmet ${name##*/} ${dir##*/}" ;;
      *) name=${dir%/*} name="LIO ${name##*/} ${dir##*/}" ;;
    esac
    dir=
    { IFS= read -r dir <"$path"; } 2>/dev/null
    [ "$dir" = '(null)' ] || put_backing "$name" "$dir"
  done
}

# A btrfs of several devices is mounted by the name of one of them. It also knows of those that are missing.
collect_btrfs() {
  local dir path
  for path in "$R"/sys/fs/btrfs/*/devices/*; do
    case $path in *'/*') continue ;; esac
    dir=${path%/devices/*}
    printf 'B %s %s\n' "${dir##*/}" "${path##*/}"
  done
  for path in "$R"/sys/fs/btrfs/*/devinfo/*; do
    case $path in *'/*') continue ;; esac
    dir=${path%/devinfo/*}
    printf 'D %s\n' "${dir##*/}"
  done
}

# collect_facts [KNAME]: of all drives, and with the name of one more about that one.
collect_facts() {
  list_devices
  collect_mounts
  collect_swaps
  collect_holders
  collect_writers
  collect_btrfs
  collect_pools
  collect_claims
  [ -z "${1:-}" ] || collect_signatures "$1"
  is_root || printf 'G login is not root\n'
  printf 'E\n'
}
