# What a person has overridden: single locks, exactly as they were seen. The exclusive claim is never overridden.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034,SC2153 # names of and for the other parts

# read_grants GRANT…: sets GRANTS to one a line, and TWIN_WWN to the WWN by which the drive is found, where a person said
# that it tells the drive from others with the same serial.
read_grants() {
  local grant
  GRANTS=
  TWIN_WWN=
  MAY_UNMOUNT=yes
  for grant; do
    GRANTS="$GRANTS$grant$NEWLINE"
    case $grant in 'ambiguous '*) [ "$WWN" = - ] || TWIN_WWN=$WWN ;; esac
  done
}

# is_granted KIND DETAIL: root_filesystem, swap, claimed, self_test and unproven have no override, whoever asks.
is_granted() {
  case $1 in
    active_pool | boot_pool | exported_pool) ;;
    # These claim nothing, or not this drive alone, so the claim would not stop the write.
    holder) case $2 in loop[0-9]* | 'nvmet '* | 'LIO '* | 'the iSCSI extent '* | 'btrfs '*) return 1 ;; esac ;;
    ambiguous) [ -n "$TWIN_WWN" ] || return 1 ;;
    mounted) [ "$MAY_UNMOUNT" = yes ] || return 1 ;;
    *) return 1 ;;
  esac
  case $NEWLINE$GRANTS in
    *"$NEWLINE$1 $2$NEWLINE"*) ;;
    *) return 1 ;;
  esac
}

# find_locks RECORDS KNAME: sets LOCKS to one line of words with the locks that nobody has overridden, LOCK_KINDS to the
# kinds alone, and MOUNTS to the mount points, one a line, that a person gave away.
find_locks() {
  local kind name lock detail
  LOCKS=
  LOCK_KINDS=
  MOUNTS=
  while IFS=$TAB read -r kind name lock detail; do
    [ "$kind" = lock ] && [ "$name" = "$2" ] || continue
    if is_granted "$lock" "$detail"; then
      case $lock:$detail in mounted:/*) MOUNTS="$MOUNTS${detail% (UUID=*)}$NEWLINE" ;; esac
      continue
    fi
    LOCKS="${LOCKS:+$LOCKS; }$lock $detail"
    LOCK_KINDS="${LOCK_KINDS:+$LOCK_KINDS }$lock"
  done <<RECORDS
$1
RECORDS
}

# The last step before the launch, as it cannot be taken back. What is mounted after it is refused, by whatever name.
unmount_granted() {
  local target said
  [ -n "$MOUNTS" ] || return 0
  has umount || refuse tool_missing 'umount is missing'
  check_unheld
  while IFS= read -r target; do
    [ -n "$target" ] || continue
    check_target "$target"
    said=$(timeout -k 5 60 umount "$target" 2>&1 </dev/null) || refuse locked "mounted $target: ${said:-umount failed}"
  done <<MOUNTS
$MOUNTS
MOUNTS
  MAY_UNMOUNT=no
  check_pinned
  check_openers
  check_clock
}

# check_target TARGET: what umount would take away from there now, the last one in the list, is this drive's. A btrfs has a
# number of its own, so there the source tells.
check_target() {
  local number source top path own
  top=
  while IFS=' ' read -r number source; do
    top=$number
    case $number in
      0:*)
        read_node "$R${source%%\[*}"
        top=$NODE_NUMBER
        ;;
    esac
  done <<LINES
$(bounded findmnt -rno MAJ:MIN,SOURCE -M "$1")
LINES
  for path in "$R/sys/block/$D_NAME" "$R/sys/block/$D_NAME/$D_NAME"*; do
    own=
    { read -r own <"$path/dev"; } 2>/dev/null
    [ -z "$own" ] || [ "$own" != "$top" ] || return 0
  done
  refuse locked "mounted $1: something else is mounted there (${top:-nothing})"
}

# What md or dm holds cannot be claimed, so nothing is unmounted for it.
check_unheld() {
  local path
  for path in "$R/sys/block/$D_NAME"/holders/* "$R/sys/block/$D_NAME/$D_NAME"*/holders/*; do
    [ ! -e "$path" ] || refuse locked "holder ${path##*/}: take it apart first"
  done
}
