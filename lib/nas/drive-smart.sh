# read_smart SERIAL WWN SIZE TYPES: smartctl's words about the drive with this identity, whatever its name is now.
# shellcheck shell=dash

read_smart() {
  local facts out status
  answer_begin
  put_host || return 1
  facts=$(collect_devices | judge_drives "$4")
  is_judged "$facts" || return 1
  find_identity "$facts" "$1" "$2"
  if [ "$D_COUNT" != 1 ]; then
    put no_drive "$D_COUNT devices have this serial"
  elif [ "$D_SIZE" != "$3" ]; then
    put no_drive "$D_NAME has $D_SIZE bytes, not $3"
  elif [ "$2" != - ] && [ "$D_WWN" != - ] && [ "$D_WWN" != "$2" ]; then
    put no_drive "$D_NAME has WWN $D_WWN, not $2"
  elif [ -n "$D_DOUBT" ]; then
    put no_drive "$D_DOUBT"
  elif ! has smartctl; then
    put no_smart 'smartctl is missing'
  else
    out=$(bounded smartctl -x --json=o "$R/dev/$D_NAME")
    status=$?
    put smart "$D_NAME" "$status"
    printf '%s\n' "$out" | tr '\t\r' '  ' | sed "s/^/json$TAB/"
  fi
  answer_end
}
