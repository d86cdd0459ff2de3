# The middleware of TrueNAS, asked on the NAS itself.
# shellcheck shell=dash

# call_midclt SECONDS CALL…: the answers to calls, one after the other. A CALL is a method and its arguments, quoted for sh.
call_midclt() {
  local call
  LIMIT=$1
  shift
  answer_begin
  if has midclt; then
    for call; do
      eval "ask_midclt $call"
    done
  else
    put missing
  fi
  answer_end
}

# ask_midclt METHOD [ARGUMENT…]: one call. Its own output comes first, then what it said on standard error as one line and
# its exit status: the last two lines are ours, whatever stands before them.
ask_midclt() {
  put call
  {
    WORDS=$(patient midclt call "$@" 2>&1 1>&3 3>&-)
    STATUS=$?
    set_clean WORDS "$WORDS"
    printf '\n%s\n%s\n' "$WORDS" "$STATUS"
  } 3>&1 | tr '\t\r' '  ' | sed "s/^/out$TAB/"
}

# patient COMMAND…: a middleware that hangs must not hang the answer.
patient() {
  if has timeout; then timeout -k 5 "$LIMIT" "$@"; else "$@"; fi </dev/null
}
