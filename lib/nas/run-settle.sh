# The time between a writer's death and its result: who may still write one, and how long it is waited for.
# shellcheck shell=dash
# shellcheck disable=SC2034 # names that the other parts read

UNIT_ANSWERS=yes

# is_settled DIR: false in the time between the writer's death and its result.
is_settled() {
  [ "$HELD" = yes ] || [ -n "$RESULT" ] || [ "$M_BOOT" != "$BOOT" ] || [ -e "$1/lost" ]
}

# settle_run DIR: read_life; while a result may still come, the run counts as held. One that never comes is remembered.
settle_run() {
  read_life "$1"
  is_settled "$1" && return 0
  read_scribes "$1"
  # Whoever was gone at that question had left the result before.
  read_life "$1"
  is_settled "$1" && return 0
  if [ "$SCRIBES" != alive ] && is_older "$1/dead" "$PATIENCE"; then
    : >"$1/lost"
  else
    HELD=yes
  fi
}

# read_scribes DIR: sets SCRIBES to alive while somebody is there who may write the result, else to gone, and PATIENCE to
# the seconds that it is waited for in that case.
read_scribes() {
  SCRIBES=gone
  PATIENCE=60
  if [ "$M_FORM" = systemd ]; then
    read_unit "nas-burnin-${1##*/}.service"
    return 0
  fi
  if is_launching "$1"; then
    SCRIBES=alive
  elif read_pid_file "$1/keeper"; then
    PATIENCE=3
    ! is_alive "$F_PID" "$F_START" || SCRIBES=alive
  fi
}

# A unit that has ended, or was unloaded thereafter, is inactive; a service manager at work on other things is silent.
read_unit() {
  local state
  state=
  # One silence is enough for all runs of a look.
  [ "$UNIT_ANSWERS" = no ] ||
    state=$(timeout -k 1 5 systemctl show -p ActiveState "$1" </dev/null 2>/dev/null) || UNIT_ANSWERS=no
  case $state in
    ActiveState=inactive | ActiveState=failed) PATIENCE=3 ;;
    ActiveState=?*) SCRIBES=alive ;;
    *) PATIENCE=300 ;;
  esac
}

# is_older FILE SECONDS: since the first time it was asked; the file keeps that moment on the clock of the boot.
is_older() {
  local first
  first=
  { read -r first <"$1"; } 2>/dev/null
  if ! is_decimal "$first"; then
    first=$UP
    printf '%s\n' "$UP" >"$1"
  fi
  [ $((${UP%.*} - ${first%.*})) -ge "$2" ]
}
