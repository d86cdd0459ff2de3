# Run directories: what one run left behind, and whether it still lives.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034 # the other parts read these names

# read_meta FILE: sets M_… from its key=value lines; a missing or garbled one leaves them empty.
read_meta() {
  local line
  M_OWNER='' M_SERIAL='' M_KEY='' M_WWN='' M_NAME='' M_BOOT='' M_FORM='' M_STARTED='' M_READ='' M_WRITTEN=''
  [ -r "$1" ] || return 1
  while IFS= read -r line; do
    case $line in
      owner=*) set_clean M_OWNER "${line#*=}" ;;
      serial=*) set_clean M_SERIAL "${line#*=}" ;;
      key=*) M_KEY=${line#*=} ;;
      wwn=*) set_clean M_WWN "${line#*=}" ;;
      kname=*) M_NAME=${line#*=} ;;
      boot=*) set_clean M_BOOT "${line#*=}" ;;
      form=*) M_FORM=${line#*=} ;;
      started=*) M_STARTED=${line#*=} ;;
      read=*) M_READ=${line#*=} ;;
      written=*) M_WRITTEN=${line#*=} ;;
    esac
  done <"$1"
  # These two become parts of paths.
  case $M_KEY in *[!A-Za-z0-9_:-]*) M_KEY= ;; esac
  is_decimal "$M_STARTED" || M_STARTED=
  case $M_NAME in *[!A-Za-z0-9_.-]* | .*) M_NAME= ;; esac
}

# read_pid_file FILE: sets F_PID and F_START; fails unless both are numbers.
read_pid_file() {
  F_PID=
  F_START=
  [ -r "$1" ] && read -r F_PID F_START <"$1"
  is_number "$F_PID" && is_number "$F_START"
}

# read_result FILE: sets RESULT (empty while there is none) and E_UP, E_READ, E_WRITTEN.
read_result() {
  local word rest
  RESULT='' E_UP='' E_READ='' E_WRITTEN=''
  [ -r "$1" ] || return 0
  while read -r word rest; do
    case $word in
      uptime) E_UP=$rest ;;
      sectors)
        E_READ=${rest% *}
        E_WRITTEN=${rest#* }
        ;;
      ?*) set_clean RESULT "$word $rest" ;;
    esac
  done <"$1"
  RESULT=${RESULT% }
  is_decimal "$E_UP" || E_UP=
}

# read_life DIR: after read_meta and read_clock, sets HELD (yes or no), IS_WRITER (yes when pid names the living
# writer), W_PID and the result. The writer itself holds the lock file until it dies, so a lock that is held while
# this run's writer is gone belongs to another run of the same drive.
read_life() {
  local has_pid
  HELD=no
  IS_WRITER=no
  has_pid=no
  W_PID=
  W_START=
  if read_pid_file "$1/pid"; then
    has_pid=yes
    W_PID=$F_PID
    W_START=$F_START
    is_of_this_boot && is_alive "$W_PID" "$W_START" && IS_WRITER=yes
  fi
  # After the writer: a result that is there by now is the newer truth.
  read_result "$1/result"
  if [ "$IS_WRITER" = yes ]; then
    HELD=yes
  elif [ "$has_pid" = no ] && [ -z "$RESULT" ]; then
    if is_of_this_boot && is_launching "$1"; then
      HELD=yes
    elif [ -e "$1/pid" ] && [ -n "$M_KEY" ]; then
      # An unreadable pid file: only a free lock proves the end.
      lock_state "$M_KEY"
      [ "$LOCK" = free ] || HELD=yes
    fi
  fi
}

# Without a readable boot id the start time alone speaks: better held by mistake than free by mistake.
is_of_this_boot() {
  case $M_BOOT in
    "$BOOT" | '') ;;
    *) return 1 ;;
  esac
}

# is_launching DIR: the start, or the process that is to become the writer, is still there.
is_launching() {
  { read_pid_file "$1/launcher" && is_alive "$F_PID" "$F_START"; } ||
    { read_pid_file "$1/chain" && is_alive "$F_PID" "$F_START"; }
}

# Lock files that are held although no living run here is known to hold them.
collect_claims() {
  local dir path key known
  known=' '
  read_clock || printf 'G clock the boot id or the uptime cannot be read\n'
  for dir in "$BASE"/runs/*/; do
    dir=${dir%/}
    read_meta "$dir/meta" && read_life "$dir" || continue
    [ "$HELD" = no ] || known="$known$M_KEY "
  done
  for path in "$BASE"/locks/*; do
    key=${path##*/}
    case $key in '*') continue ;; esac
    case $known in *" $key "*) continue ;; esac
    lock_state "$key"
    [ "$LOCK" = free ] || printf 'C %s %s\n' "$key" "$LOCK"
  done
}
