# stop_run, clear_run: ending a run, and forgetting one that has ended.
# shellcheck shell=dash
# shellcheck disable=SC2015

# stop_run ID TERM_WAIT KILL_WAIT: waits in tenths of a second, as far as sleep knows them.
stop_run() {
  local dir
  answer_begin
  put_host || return 1
  dir=$BASE/runs/$1
  if ! is_run_id "$1" || [ ! -d "$dir" ]; then
    answer_stopped no_such_run
    return 0
  fi
  read_meta "$dir/meta"
  await_launch "$dir"
  if [ "$HELD" = yes ]; then
    # Held by a process that cannot be named for certain: nothing may be signalled.
    [ "$IS_WRITER" = yes ] && [ "$M_BOOT" = "$BOOT" ] || { answer_stopped stuck && return 0; }
    end_writer "$1" "$2" "$3" || { answer_stopped stuck && return 0; }
  fi
  # A unit that is still on its way to its writer would not be seen otherwise.
  [ -n "$RESULT" ] || [ "$M_FORM" != systemd ] || systemctl stop "nas-burnin-$1.service" </dev/null >/dev/null 2>&1
  record_end "$dir"
  answer_stopped gone
}

answer_stopped() {
  put stopped "$1"
  answer_end
}

# A run that is just being started has no writer to signal yet.
await_launch() {
  local i
  i=0
  read_life "$1"
  while [ "$HELD" = yes ] && [ "$IS_WRITER" = no ] && [ "$i" -lt 150 ]; do
    nap
    i=$((i + 1))
    read_life "$1"
  done
}

# end_writer ID TERM_WAIT KILL_WAIT: fails when the writer outlives KILL.
end_writer() {
  local unit
  unit=nas-burnin-$1.service
  if [ "$M_FORM" = systemd ]; then
    # CONT: a paused process would keep TERM pending.
    systemctl stop --no-block "$unit" </dev/null >/dev/null 2>&1 || signal_writer TERM
    signal_writer CONT
  else
    signal_writer TERM
    signal_writer CONT
  fi
  await_end "$2" && return 0
  signal_writer KILL
  await_end "$3"
}

# Only ever the very process that was recorded: a number that was given to another one is left alone.
signal_writer() {
  ! is_alive "$W_PID" "$W_START" || kill "-$1" "$W_PID" 2>/dev/null
}

await_end() {
  local i
  i=0
  while is_alive "$W_PID" "$W_START"; do
    [ "$i" -lt "$1" ] || return 1
    nap
    i=$((i + 1))
  done
}

# Without a supervisor nobody else writes how it ended.
record_end() {
  local i
  i=0
  read_life "$1"
  until is_settled "$1" || [ "$i" -ge 100 ]; do
    # Two seconds in any case, ten while somebody is there to write it.
    if [ "$i" -ge 20 ]; then
      read_scribes "$1"
      [ "$SCRIBES" = alive ] || break
    fi
    nap
    i=$((i + 1))
    read_life "$1"
  done
  [ -n "$RESULT" ] || [ ! -r "$1/finish" ] || sh "$1/finish" stopped </dev/null >/dev/null 2>&1
}

# clear_run ID
clear_run() {
  answer_begin
  put_host || return 1
  if ! is_run_id "$1"; then
    put cleared gone
    answer_end
    return 0
  fi
  read_meta "$BASE/runs/$1/meta"
  read_life "$BASE/runs/$1"
  if [ "$HELD" = yes ]; then
    put cleared held
  else
    rm -rf "$BASE/runs/$1" || return 1
    put cleared gone
  fi
  answer_end
}
