# start_run: pin, identity, safety, lock, claim, launch. A refusal is answered only when nothing can have been written.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034,SC2153 # names for and of the other parts

DIR=

# refuse CODE DETAIL: answers, leaves nothing behind and ends the script.
refuse() {
  [ -z "$DIR" ] || rm -rf "$DIR"
  put refused "$1" "$(clean "$2")"
  answer_end
  exit 0
}

# start_run ID OWNER SERIAL WWN SIZE TYPES DEADLINE MODE BLOCK PER_REQUEST ERROR_LIMIT PATTERNS FIRST LAST NOT_AFTER SEEN_BOOT
# [GRANT…]: each grant is a kind of lock, a blank and its detail, exactly as it was seen.
start_run() {
  ID=$1 OWNER=$2 SERIAL=$3 WWN=$4 SIZE=$5 TYPES=$6 DEADLINE=$7 MODE=$8 BLOCK=$9
  shift 9
  PER_REQUEST=$1 ERROR_LIMIT=$2 PATTERNS=$3 FIRST=$4 LAST=$5 NOT_AFTER=$6 SEEN_BOOT=$7
  shift 7
  read_grants "$@"
  answer_begin
  put_host || exit 1
  is_root || refuse not_root 'the login is not root and sudo was not used'
  check_tools
  check_numbers
  pin_drive
  check_pinned
  check_self_test
  check_openers
  check_clock
  make_run_dir
  unmount_granted
  launch
  await_start
}

# mkdir is the token: of two starts with one id only one passes.
make_run_dir() {
  mkdir -p "$BASE/locks" "$BASE/runs" || refuse launch_failed "$BASE cannot be made"
  [ ! -L "$BASE" ] && [ -O "$BASE" ] && chmod 700 "$BASE" || refuse launch_failed "$BASE is not ours alone"
  if ! mkdir "$BASE/runs/$ID" 2>/dev/null; then
    [ -d "$BASE/runs/$ID" ] && refuse run_exists "run $ID was started before"
    refuse launch_failed "$BASE/runs/$ID cannot be made"
  fi
  DIR=$BASE/runs/$ID
  read_process $$ && printf '%s %s\n' $$ "$P_START" >"$DIR/launcher"
  FORM=setsid
  if [ -d "$R/run/systemd/system" ] && has systemd-run && has systemctl; then FORM=systemd; fi
  read_sectors "$D_NAME" || refuse launch_failed "$D_NAME has no statistics in sysfs"
  {
    write_meta >"$DIR/meta.tmp" && mv "$DIR/meta.tmp" "$DIR/meta" &&
      write_claim >"$DIR/claim" && write_finish >"$DIR/finish" && : >"$DIR/log"
  } || refuse launch_failed "$DIR cannot be written"
}

write_meta() {
  printf '%s=%s\n' run "$ID" owner "$OWNER" serial "$SERIAL" key "$D_KEY" wwn "$WWN" size "$SIZE" \
    kname "$D_NAME" number "$D_NUMBER" boot "$BOOT" form "$FORM" started "$UP" deadline "$DEADLINE" \
    read "$SECTORS_READ" written "$SECTORS_WRITTEN" patterns "$PATTERNS" mode "$MODE"
  [ -z "$GRANTS" ] || printf '%s' "$GRANTS" | sed 's/^/grant=/'
}

launch() {
  local device
  device=$R/dev/$D_NAME
  # shellcheck disable=SC2046
  set -- $(badblocks_options) -o "$DIR/bad" "$device"
  [ "$LAST" = - ] || set -- "$@" "$LAST" "$FIRST"
  set -- flock -w 5 -E 75 -F "$BASE/locks/$D_KEY" "$CLAIM_WITH" "$DIR/claim" "$device" "$D_NUMBER" "$DIR/pid" "$@"
  if [ "$FORM" = systemd ]; then
    launch_unit "$@"
  else
    # By exec: dash would keep copies of redirected descriptors, and with them the answer's pipe and the pin.
    (
      exec </dev/null >/dev/null 2>&1 8<&-
      keep_run "$@"
    ) &
  fi
}

# -X only because the claim is ours; never -f, which would override "mounted", and never -s, which can stall.
badblocks_options() {
  local pattern
  printf 'badblocks '
  [ "$MODE" != write ] || printf '%s ' -X -w
  printf '%s ' -v -b "$BLOCK" -c "$PER_REQUEST" -e "$ERROR_LIMIT" -p 0
  for pattern in $PATTERNS; do printf '%s ' -t "$pattern"; done
}

# The supervisor: outlives the answer, never signals anything but by the deadline, and writes the result.
keep_run() {
  timeout -k 60 -s TERM "$DEADLINE" "$@" 2>"$DIR/log" &
  read_process "$!" && printf '%s %s\n' "$!" "$P_START" >"$DIR/chain"
  # Of this shell itself nothing else tells the number.
  is_number "$P_PARENT" && read_process "$P_PARENT" && printf '%s %s\n' "$P_PID" "$P_START" >"$DIR/keeper"
  wait "$!"
  sh "$DIR/finish" "$?"
}

launch_unit() {
  local said
  UNIT=nas-burnin-$ID.service
  if said=$(systemd-run --unit="$UNIT" --collect --quiet -p Type=exec -p Restart=no -p KillMode=control-group \
    -p TimeoutStopSec=60 -p RuntimeMaxSec="$DEADLINE" -p StandardInput=null -p StandardOutput=null \
    -p StandardError="file:$DIR/log" -p ExecStopPost="/bin/sh $DIR/finish unit" \
    --setenv=LC_ALL=C --setenv=PATH="$PATH" -- "$@" </dev/null 2>&1); then
    return 0
  fi
  # A time-out of systemd-run is no proof that the unit does not run.
  systemctl stop "$UNIT" </dev/null >/dev/null 2>&1
  [ -e "$DIR/pid" ] || refuse launch_failed "systemd-run: $said"
}

# Waits until the writer is at work or has ended; anything else is no answer at all.
await_start() {
  local i
  i=0
  until [ -e "$DIR/result" ]; do
    if read_pid_file "$DIR/pid" && is_alive "$F_PID" "$F_START" && [ "$P_COMM" = badblocks ]; then
      lock_state "$D_KEY"
      [ "$LOCK" != held ] || answer_started
    fi
    i=$((i + 1))
    if [ "$i" = 300 ]; then kill_chain; fi
    [ "$i" -lt 400 ] || exit 1
    nap
  done
  judge_result
}

answer_started() {
  put started "$D_NAME" "$F_PID" "$BOOT" "$FORM"
  answer_end
  exec 8<&- >/dev/null 2>&1 </dev/null
  # The shell that keeps the run is a child: below sudo it must not outlive its parent.
  wait
  exit 0
}

# The claim hangs, as on a dead drive. KILL sticks even to a process that cannot die yet: it will never write.
kill_chain() {
  if [ "$FORM" = systemd ]; then
    systemctl kill -s KILL "$UNIT" </dev/null >/dev/null 2>&1
  else
    # GNU timeout leads a group of its own; BusyBox's has none and is the process itself.
    read_pid_file "$DIR/chain" && { kill -KILL "-$F_PID" || kill -KILL "$F_PID"; } 2>/dev/null
  fi
}

judge_result() {
  local log
  read_result "$DIR/result"
  log=$(clean "$(head -c 400 "$DIR/log" 2>/dev/null)")
  case $RESULT in
    'exit 75') refuse already_running 'another run holds the lock of this drive' ;;
    'exit 76') refuse claimed "$log" ;;
    'exit 77') refuse wrong_drive "$log" ;;
  esac
  # badblocks announces every test before its first write. A run that was so fast that it has ended did start.
  if read_pid_file "$DIR/pid" && grep -q -e 'From block' -e 'Checking blocks' "$DIR/log"; then answer_started; fi
  refuse launch_failed "$RESULT: $log"
}
