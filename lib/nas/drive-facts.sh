# Which drives there are and what uses them: one collector for the probe and for the start alike.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034 # names that the other parts read

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
}

# The last line is the proof that the collector came to its end.
collect_devices() {
  list_devices
  printf 'E\n'
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
  while read -r line; do printf 'S %s\n' "$line"; done <"$R/proc/swaps"
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
      8) printf 'A %s signatures of several kinds\n' "$name" ;;
      124 | 137 | 143) printf 'A %s it does not answer\n' "$name" ;;
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
  # A loop device neither claims nor holds what it reads and writes.
  for dir in "$R"/sys/block/loop*; do
    path=
    { IFS= read -r path <"$dir/loop/backing_file"; } 2>/dev/null
    case $path in
      /dev/shm/*) ;;
      /dev/*) printf 'O %s %s\n' "${dir##*/}" "$path" ;;
    esac
  done
  # A btrfs of several devices is mounted by the name of one of them.
  for path in "$R"/sys/fs/btrfs/*/devices/*; do
    case $path in *'/*') continue ;; esac
    printf 'B %s\n' "${path##*/}"
  done
}

# collect_facts [KNAME]: of all drives, and with the name of one more about that one.
collect_facts() {
  list_devices
  tagged M findmnt findmnt -rno MAJ:MIN,SOURCE,TARGET,FSTYPE
  collect_swaps
  collect_holders
  collect_pools
  collect_claims
  [ -z "${1:-}" ] || collect_signatures "$1"
  is_root || printf 'G login is not root\n'
  printf 'E\n'
}

# find_drive RECORDS SERIAL: sets D_COUNT and, of the last match, D_NAME, D_NUMBER, D_SIZE, D_WWN and D_KEY.
find_drive() {
  local kind name number size serial wwn
  D_COUNT=0
  D_NAME=
  while IFS=$TAB read -r kind name number _ size _ _ _ serial wwn _; do
    if [ "$kind" = key ] && [ "$name" = "$D_NAME" ]; then D_KEY=$number; fi
    [ "$kind" = drive ] && [ "$serial" = "$2" ] || continue
    D_COUNT=$((D_COUNT + 1))
    D_NAME=$name
    D_NUMBER=$number
    D_SIZE=$size
    D_WWN=$wwn
  done <<RECORDS
$1
RECORDS
}

# find_locks RECORDS KNAME: sets LOCKS to one line of words, and LOCK_KINDS to the kinds alone.
find_locks() {
  local kind name lock detail
  LOCKS=
  LOCK_KINDS=
  while IFS=$TAB read -r kind name lock detail; do
    [ "$kind" = lock ] && [ "$name" = "$2" ] || continue
    LOCKS="${LOCKS:+$LOCKS; }$lock $detail"
    LOCK_KINDS="${LOCK_KINDS:+$LOCK_KINDS }$lock"
  done <<RECORDS
$1
RECORDS
}

# is_judged RECORDS: the judge has spoken its last word, and the devices themselves are known.
is_judged() {
  case $1 in *"gap${TAB}lsblk"* | *"gap${TAB}facts"*) return 1 ;; esac
  case $1 in *judged) ;; *) return 1 ;; esac
}
