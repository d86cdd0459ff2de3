# read_smart_all SECONDS TYPES [SERIAL WWN SIZE]…: smartctl's words about many drives, each within this many seconds. A
# drive that sleeps is not woken, and one that hangs costs the others nothing.
# shellcheck shell=dash
# shellcheck disable=SC2154 # names that the other parts set

# Beside a running test each smartctl waits its turn at its drive.
SMART_AT_ONCE=4

read_smart_all() {
  local facts seconds number first
  answer_begin
  put_host || return 1
  seconds=$1
  facts=$(collect_devices | judge_drives "$2")
  is_judged "$facts" || return 1
  shift 2
  # Also when nobody listens any more it comes to its end, and takes its files away.
  trap '' PIPE
  SMART_DIR=$BASE/smart/$$
  rm -rf "$SMART_DIR"
  mkdir -p "$SMART_DIR" || return 1
  number=0
  while [ $# -ge 3 ]; do
    first=$((number + 1))
    while [ $# -ge 3 ] && [ "$number" -lt $((first + SMART_AT_ONCE - 1)) ]; do
      number=$((number + 1))
      find_same "$facts" "$1" "$2" "$3"
      begin_smart "$number" "$seconds"
      shift 3
    done
    await_smart "$first" "$number" "$seconds"
    put_smart "$first" "$number"
  done
  rm -rf "$SMART_DIR"
  answer_end
}

# begin_smart NUMBER SECONDS: asks the drive that find_same found, without waiting for it.
begin_smart() {
  local id
  if [ -n "$NOT_SAME" ]; then
    put no_drive "$1" "$NOT_SAME"
  elif ! has smartctl; then
    put no_smart "$1" 'smartctl is missing'
  elif is_still_asked "$BASE/smart/$D_KEY"; then
    put no_answer "$1" "an earlier smartctl has not come back from $D_NAME"
  else
    : >"$SMART_DIR/$1.asked"
    # Not as redirections of the function: dash would keep the answer's own output open beside them, and with it the
    # whole channel for as long as one drive hangs.
    (
      exec </dev/null >/dev/null 2>&1
      ask_smart "$1" "$2" "$D_NAME"
    ) &
    id=$!
    # What hangs in the kernel cannot be ended: it is not asked a second time.
    if read_process "$id"; then echo "$id $P_START" >"$BASE/smart/$D_KEY"; fi
  fi
}

is_still_asked() {
  local id start
  id=
  { read -r id start <"$1"; } 2>/dev/null
  [ -n "$id" ] && is_alive "$id" "$start"
}

# ask_smart NUMBER SECONDS KNAME: the status comes last, as the sign that the answer is whole.
ask_smart() {
  local limit
  limit=
  if has timeout; then limit="timeout -k 2 $2"; fi
  # shellcheck disable=SC2086 # words of a command
  $limit smartctl -n standby -x --json=o "$R/dev/$3" >"$SMART_DIR/$1.json"
  echo "$? $3" >"$SMART_DIR/$1.status"
}

# await_smart FIRST LAST SECONDS: for as long as any of them may still answer.
await_smart() {
  local tenths
  tenths=$((($3 + 4) * 10))
  while is_asking "$1" "$2" && [ "$tenths" -gt 0 ]; do
    if sleep 0.1 2>/dev/null; then
      tenths=$((tenths - 1))
    else
      sleep 1
      tenths=$((tenths - 10))
    fi
  done
}

is_asking() {
  local number
  number=$1
  while [ "$number" -le "$2" ]; do
    if [ -e "$SMART_DIR/$number.asked" ] && [ ! -s "$SMART_DIR/$number.status" ]; then return 0; fi
    number=$((number + 1))
  done
  return 1
}

# put_smart FIRST LAST: what they answered, every line under the number of its drive.
put_smart() {
  local number status name
  number=$1
  while [ "$number" -le "$2" ]; do
    status=
    { read -r status name <"$SMART_DIR/$number.status"; } 2>/dev/null
    case $status in
      124 | 137 | 143) put no_answer "$number" "smartctl gave no answer from $name in time" ;;
      ?*)
        put smart "$number" "$name" "$status"
        # An answer that was cut off lacks its last line break, too.
        {
          cat "$SMART_DIR/$number.json"
          echo
        } | tr '\t\r' '  ' | sed "s/^/json$TAB$number$TAB/"
        ;;
      *) [ ! -e "$SMART_DIR/$number.asked" ] || put no_answer "$number" 'smartctl has not come back' ;;
    esac
    number=$((number + 1))
  done
}
