# Who has a drive open for writing without having claimed it, as a virtual machine has its raw disk: no lock, no holder
# and no claim tells of that.
# shellcheck shell=dash
# shellcheck disable=SC2016,SC2034 # awk text; names of the other parts

# Two lists of descriptors: the links, which carry the access mode as their permissions, and what they lead to, which is
# known by its number, as a container or a chroot has names of its own for devices. The pin, a descriptor of the script
# itself, must be among them: where it is not, other descriptors are missing too.
FIND_OPENERS='
BEGIN {
  n = split(ENVIRON["BURNIN_NUMBERS"], list, " ")
  for (i = 1; i <= n; i++) numbers[list[i]] = 1
  n = split(ENVIRON["BURNIN_NODES"], list, " ")
  for (i = 1; i <= n; i++) nodes["/dev/" list[i]] = 1
}
function tell(pid) { if (!told[pid]++) print pid }
# Processes that end meanwhile are no failure; a list that was ended, or never begun, is one.
$1 == "status" { if ($2 > 2) is_cut = 1; lists++; next }
/\/fd\/?:$/ { pid = $0; sub(/\/fd\/?:$/, "", pid); sub(/.*\//, "", pid); next }
/^l/ {
  target = $0
  sub(/^.* -> /, "", target)
  sub(/ \(deleted\)$/, "", target)
  if ($0 !~ /^l.w/) next
  for (i = 5; i < NF; i++) if ($i == "->") writes[pid, $(i - 1)] = 1
  if (target in nodes) tell(pid)
  next
}
pid == ENVIRON["BURNIN_SELF"] && $NF == 8 { if (/^b/ ? (number() in numbers) : ENVIRON["BURNIN_ROOT"] != "") is_pinned = 1 }
/^[bc]/ { if ((number() in numbers) && (pid, $NF) in writes) tell(pid) }
# b8,0: some write the two figures as one word.
function number() { return substr($0, 1, 1) ($5 ~ /,$/ ? $5 $6 : $5) }
END { print lists == 2 && is_pinned && !is_cut ? "whole" : "cut" }'

# list_descriptors: those of this very script once more, where a host that is played has a list of its own.
list_descriptors() {
  local option own
  own=
  [ -z "$R" ] || own=/proc/$$/fd
  for option in -ln -lnL; do
    # shellcheck disable=SC2086
    timeout -k 5 30 ls $option "$R"/proc/[0-9]*/fd $own </dev/null 2>/dev/null
    printf 'status %s\n' "$?"
  done
}

# read_openers KNAME: sets OPENERS to the processes that have it, a partition of it or its SCSI node open for writing, by
# number and name, and OPENERS_KNOWN to yes, or to no where that cannot be told.
read_openers() {
  local path nodes numbers number kind pid
  OPENERS=
  OPENERS_KNOWN=no
  nodes=
  numbers=
  for path in "$R/sys/block/$1" "$R/sys/block/$1/$1"* "$R/sys/block/$1"/device/scsi_generic/sg*; do
    nodes="$nodes ${path##*/}"
    kind=b
    case $path in */scsi_generic/*) kind=c ;; esac
    number=
    { read -r number <"$path/dev"; } 2>/dev/null
    [ -z "$number" ] || numbers="$numbers $kind${number%:*},${number#*:}"
  done
  export BURNIN_NODES="$nodes" BURNIN_NUMBERS="$numbers" BURNIN_SELF="$$"
  for pid in $(list_descriptors | run_awk "$FIND_OPENERS"); do
    case $pid in
      whole) OPENERS_KNOWN=yes ;;
      cut) ;;
      *) is_our_writer "$pid" || ! read_process "$pid" || OPENERS="${OPENERS:+$OPENERS, }process $pid ($P_COMM)" ;;
    esac
  done
  # The machine that a rehearsal runs on need not be a Linux.
  if [ -n "$R" ] && [ ! -d /proc/self ]; then OPENERS_KNOWN=yes; fi
}

# The drive's lock file speaks for a run of our own.
is_our_writer() {
  local path
  for path in "$BASE"/runs/*/pid; do
    read_pid_file "$path" && [ "$F_PID" = "$1" ] && is_alive "$F_PID" "$F_START" && return 0
  done
  return 1
}

# await_openers KNAME: a smartctl or a start of another run is gone in a moment.
await_openers() {
  local i
  i=0
  read_openers "$1"
  while [ -n "$OPENERS" ] && [ "$i" -lt 5 ]; do
    sleep 1
    i=$((i + 1))
    read_openers "$1"
  done
}
