# What the kernel itself says a device is. lsblk repeats udev's notes, and those are late after a hot swap.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034 # names that the other parts read

# bare: letters and digits only, in lower case, as blanks and odd characters are written differently everywhere.
bare() {
  tr -cd 'A-Za-z0-9' | tr '[:upper:]' '[:lower:]'
}

# is_prefix A B: one of them begins with the other. SAS drives have a short and a long serial.
is_prefix() {
  case $1 in "$2"*) return 0 ;; esac
  case $2 in "$1"*) return 0 ;; esac
  return 1
}

# check_kernel KNAME SERIAL WWN: sets DOUBT to what the kernel knows otherwise (empty: nothing), and IS_SURE to yes when
# it knows this very serial. A source that is not there or empty decides nothing.
check_kernel() {
  local serial wwid path
  DOUBT=
  IS_SURE=no
  wwid=
  for path in "$R/sys/block/$1/device/wwid" "$R/sys/block/$1/wwid"; do
    [ -n "$wwid" ] || wwid=$(kernel_words 1 "$path" | tr '[:upper:]' '[:lower:]')
  done
  serial=$(printf '%s' "$2" | bare)
  [ -z "$serial" ] || check_kernel_serial "$1" "$serial" "$wwid"
  [ -n "$DOUBT" ] || check_kernel_wwn "$1" "$3" "$wwid"
  DOUBT=$(clean "$DOUBT")
}

# kernel_words FROM FILE: what can be printed of it, from this byte on.
kernel_words() {
  [ ! -r "$2" ] || bounded tail -c "+$1" "$2" | tr -d '\000-\037\177-\377'
}

check_kernel_serial() {
  local said words known path from
  said=
  for path in device/vpd_pg80 device/serial serial; do
    # The page of a SCSI device has a head of four bytes.
    case $path in *pg80) from=5 ;; *) from=1 ;; esac
    words=$(kernel_words "$from" "$R/sys/block/$1/$path")
    known=$(printf '%s' "$words" | bare)
    [ -n "$known" ] || continue
    if is_prefix "$known" "$2"; then IS_SURE=yes; fi
    said="${said:+$said, }$words"
  done
  # Where udev takes the WWN or the bridge's number for a serial, the kernel has it at the end of its own name.
  case $2 in
    ??????*) case $(printf '%s' "$3" | bare) in *"$2") IS_SURE=yes ;; esac ;;
  esac
  [ -z "$said" ] || [ "$IS_SURE" = yes ] || DOUBT="the kernel knows $1 by another serial: $said"
}

# check_kernel_wwn KNAME WWN WWID: only numbers of the same kind can be compared.
check_kernel_wwn() {
  local kernel udev
  set_wwn kernel "$3"
  set_wwn udev "$(printf '%s' "$2" | tr '[:upper:]' '[:lower:]')"
  [ -n "$kernel" ] && [ -n "$udev" ] && [ "${kernel%%:*}" = "${udev%%:*}" ] || return 0
  is_prefix "$kernel" "$udev" || DOUBT="the kernel knows $1 by another WWN: $3"
}

# set_wwn NAME TEXT: its kind and its digits.
set_wwn() {
  local digits
  case $2 in
    0x?*) digits=naa:${2#0x} ;;
    naa.?*) digits=naa:${2#naa.} ;;
    eui.?*) digits=eui:${2#eui.} ;;
    *) digits= ;;
  esac
  case ${digits#*:} in *[!0-9a-f]*) digits= ;; esac
  eval "$1=\$digits"
}

# find_same RECORDS SERIAL WWN SIZE: sets D_NAME and D_KEY to the one device that is this drive by every source, and
# NOT_SAME to why there is none (empty: there is).
find_same() {
  find_drive "$1" "$2"
  DOUBT=
  [ "$D_COUNT" != 1 ] || check_kernel "$D_NAME" "$2" "$D_WWN"
  NOT_SAME=
  if [ "$D_COUNT" != 1 ]; then
    NOT_SAME="$D_COUNT devices have this serial"
  elif [ "$D_SIZE" != "$4" ]; then
    NOT_SAME="$D_NAME has $D_SIZE bytes, not $4"
  elif [ "$3" != - ] && [ "$D_WWN" != - ] && [ "$D_WWN" != "$3" ]; then
    NOT_SAME="$D_NAME has WWN $D_WWN, not $3"
  elif [ -n "$DOUBT" ]; then
    NOT_SAME=$DOUBT
  fi
}
