# Who has a drive open for writing without having claimed it, as a virtual machine has its raw disk: no lock, no holder
# and no claim tells of that.
# shellcheck shell=dash
# shellcheck disable=SC2016 # awk text

# The links of descriptors carry the access mode as their permissions.
FIND_OPENERS='
BEGIN {
  n = split(ENVIRON["BURNIN_NODES"], list, " ")
  for (i = 1; i <= n; i++) nodes["/dev/" list[i]] = 1
}
/\/fd\/?:$/ { pid = $0; sub(/\/fd\/?:$/, "", pid); sub(/.*\//, "", pid); next }
/^l.w/ {
  target = $0
  sub(/^.* -> /, "", target)
  sub(/ \(deleted\)$/, "", target)
  if (target in nodes) print pid
}'

# read_openers KNAME: sets OPENERS to the processes that have it or a partition of it open for writing, by number and name.
read_openers() {
  local path nodes pid
  OPENERS=
  nodes=
  for path in "$R/sys/block/$1" "$R/sys/block/$1/$1"*; do nodes="$nodes ${path##*/}"; done
  export BURNIN_NODES="$nodes"
  for pid in $(bounded ls -ln "$R"/proc/[0-9]*/fd | run_awk "$FIND_OPENERS"); do
    is_our_writer "$pid" || ! read_process "$pid" || OPENERS="${OPENERS:+$OPENERS, }process $pid ($P_COMM)"
  done
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
