# Common ground of every script sent to a NAS: environment, answer records, clocks, processes.
# Functions only: the last line of a composed script calls one, so that a script cut off on its way does nothing.
# shellcheck shell=dash
# shellcheck disable=SC2034 # the other parts read these names

export LC_ALL=C
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin
export PATH
umask 077
# A rehearsal NAS or a test keeps a whole host below a directory; on a real host this is empty (sudo drops the variable).
R=${BURNIN_ROOT:-}
BASE=$R/run/nas-burnin
TAB=$(printf '\t')
NEWLINE='
'

# put FIELD…: one record of the answer. Its fields hold neither TAB nor newline.
put() {
  local IFS
  IFS=$TAB
  printf '%s\n' "$*"
}

# clean TEXT: prints it on one line without control characters.
clean() {
  printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037\177'
}

# Most texts need no cleaning, and a fork for each of them would add up.
# set_clean NAME TEXT: the same, into a variable.
set_clean() {
  case $2 in
    *[!\ -~]*) eval "$1=\$(clean \"\$2\")" ;;
    *) eval "$1=\$2" ;;
  esac
}

# What a login prints before this is noise and may lack its last newline.
answer_begin() {
  printf '\nburnin-begin\n'
}

answer_end() {
  printf 'burnin-end\n'
}

is_root() {
  [ -n "$R" ] || [ "$(id -u)" = 0 ]
}

# A number that the shell's arithmetic takes as it is: not octal, not too long.
is_number() {
  case $1 in
    '' | *[!0-9]* | 0?*) return 1 ;;
  esac
  [ "${#1}" -le 18 ]
}

# Seconds since boot, as the kernel writes them.
is_decimal() {
  case $1 in
    '' | *[!0-9.]* | .* | *. | *.*.*) return 1 ;;
  esac
}

# Run ids are path components and parts of unit names.
is_run_id() {
  case $1 in
    '' | [!A-Za-z0-9]* | *[!A-Za-z0-9_-]*) return 1 ;;
  esac
}

# run_awk PROGRAM: by a descriptor, because sudo with sub-command logging kills an exec with an argument above 4 KiB.
run_awk() {
  awk -f /dev/fd/9 9<<PROGRAM
$1
PROGRAM
}

has() {
  command -v "$1" >/dev/null 2>&1
}

# A short wait; a sleep that knows whole seconds only still works.
nap() {
  sleep 0.1 2>/dev/null || sleep 1
}

# read_clock: sets BOOT (boot id) and UP (seconds since boot).
read_clock() {
  BOOT=
  UP=
  { read -r BOOT <"$R/proc/sys/kernel/random/boot_id"; } 2>/dev/null
  { read -r UP _ <"$R/proc/uptime"; } 2>/dev/null
  [ -n "$BOOT" ] && [ -n "$UP" ]
}

# The third figure is the wall clock in seconds since the epoch: it may jump, but it is the same for every process.
put_host() {
  read_clock || return 1
  put host "$BOOT" "$UP" "$(date +%s)"
}

# read_process PID: sets P_PID, P_COMM, P_STATE, P_PARENT and P_START (start time in ticks since boot), empty when there is
# none.
read_process() {
  local line
  P_PID=$1
  P_PARENT=
  P_COMM=
  P_STATE=
  P_START=
  line=
  { read -r line <"$R/proc/$1/stat"; } 2>/dev/null
  [ -n "$line" ] || return 1
  P_COMM=${line#*\(}
  P_COMM=${P_COMM%)*}
  # The name in brackets may hold blanks and brackets, so the fields are counted from the last one.
  # shellcheck disable=SC2086
  set -- ${line##*) }
  P_STATE=$1
  P_PARENT=$2
  P_START=${20}
}

# is_alive PID START: that very process, not another one that got its number, and not just its zombie.
is_alive() {
  is_number "$1" && is_number "$2" && read_process "$1" || return 1
  [ "$P_START" = "$2" ] || return 1
  case $P_STATE in
    Z | X) return 1 ;;
  esac
}

# read_sectors KNAME: sets SECTORS_READ and SECTORS_WRITTEN, units of 512 bytes since boot.
read_sectors() {
  SECTORS_READ=-
  SECTORS_WRITTEN=-
  local line
  line=
  { read -r line <"$R/sys/block/$1/stat"; } 2>/dev/null
  # shellcheck disable=SC2086
  set -- $line
  is_number "${3:-}" && is_number "${7:-}" || return 1
  SECTORS_READ=$3
  SECTORS_WRITTEN=$7
}

# lock_state KEY: sets LOCK to free, held or unknown. A shared probe, so that it cannot make a launch fail.
lock_state() {
  LOCK=free
  [ -e "$BASE/locks/$1" ] || return 0
  flock -s -n -E 75 7 7<"$BASE/locks/$1" 2>/dev/null </dev/null
  case $? in
    0) LOCK=free ;;
    75) LOCK=held ;;
    *) LOCK=unknown ;;
  esac
}
