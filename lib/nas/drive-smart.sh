# read_smart SERIAL WWN SIZE TYPES: smartctl's words about the drive with this identity, whatever its name is now.
# shellcheck shell=dash

read_smart() {
  local facts out status
  answer_begin
  put_host || return 1
  facts=$(collect_devices | judge_drives "$4")
  is_judged "$facts" || return 1
  find_same "$facts" "$1" "$2" "$3"
  if [ -n "$NOT_SAME" ]; then
    put no_drive "$NOT_SAME"
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
