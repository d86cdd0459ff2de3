# One drive among what the judge has found.
# shellcheck shell=dash
# shellcheck disable=SC2034 # names that the other parts read

# find_drive RECORDS SERIAL [WWN]: sets D_COUNT and, of the last match, D_NAME, D_NUMBER, D_SIZE, D_WWN, D_KEY, D_SHARED
# (how many devices have its WWN), D_DOUBT (what the kernel knows otherwise, empty: nothing) and D_SURE (yes when the
# kernel knows this very serial). With a WWN only a device that has both counts.
find_drive() {
  local kind name one two size serial wwn
  D_COUNT=0
  D_NAME=
  while IFS=$TAB read -r kind name one two size _ _ _ serial wwn _; do
    if [ "$kind" = drive ]; then
      [ "$serial" = "$2" ] || continue
      [ -z "${3:-}" ] || [ "$wwn" = "$3" ] || continue
      D_COUNT=$((D_COUNT + 1))
      D_NAME=$name D_NUMBER=$one D_SIZE=$size D_WWN=$wwn D_DOUBT='' D_SURE=no
    elif [ "$name" = "$D_NAME" ]; then
      case $kind in
        key) D_KEY=$one D_SHARED=$two ;;
        doubt) D_DOUBT=$one ;;
        sure) D_SURE=yes ;;
      esac
    fi
  done <<RECORDS
$1
RECORDS
}

# find_identity RECORDS SERIAL WWN: the same for an identity that is to be found again. Where several devices have the
# serial, the WWN tells them apart if no other device has it.
find_identity() {
  find_drive "$1" "$2"
  [ "$D_COUNT" -gt 1 ] && [ "$3" != - ] && [ -n "$3" ] || return 0
  find_drive "$1" "$2" "$3"
  [ "$D_COUNT" != 1 ] || D_COUNT=$D_SHARED
}

# is_judged RECORDS: the judge has spoken its last word, and the devices themselves are known.
is_judged() {
  case $1 in *"gap${TAB}lsblk"* | *"gap${TAB}facts"*) return 1 ;; esac
  case $1 in *judged) ;; *) return 1 ;; esac
}

# find_same RECORDS SERIAL WWN SIZE: sets D_NAME and D_KEY to the one device that is this drive by every source, and
# NOT_SAME to why there is none (empty: there is).
find_same() {
  find_identity "$1" "$2" "$3"
  NOT_SAME=
  if [ "$D_COUNT" != 1 ]; then
    NOT_SAME="$D_COUNT devices have this serial"
  elif [ "$D_SIZE" != "$4" ]; then
    NOT_SAME="$D_NAME has $D_SIZE bytes, not $4"
  elif [ "$3" != - ] && [ "$D_WWN" != - ] && [ "$D_WWN" != "$3" ]; then
    NOT_SAME="$D_NAME has WWN $D_WWN, not $3"
  elif [ -n "$D_DOUBT" ]; then
    NOT_SAME=$D_DOUBT
  fi
}
