# What must be true before a drive is written to: the tools, the numbers, the identity behind the pin, no lock, the clock.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2034,SC2153 # names of and for the other parts

check_tools() {
  local tool
  for tool in awk lsblk findmnt flock timeout badblocks; do
    has "$tool" || refuse tool_missing "$tool is missing"
  done
  if perl -MFcntl -e 0 </dev/null >/dev/null 2>&1; then
    CLAIM_WITH=perl
  elif python3 -c 'import fcntl' </dev/null >/dev/null 2>&1; then
    CLAIM_WITH=python3
  else
    refuse tool_missing 'perl or python3 is needed to claim the drive'
  fi
}

check_numbers() {
  local number blocks last
  check_words
  is_run_id "$ID" || refuse launch_failed "not a run id: $ID"
  for number in "$SIZE" "$DEADLINE" "$BLOCK" "$PER_REQUEST" "$ERROR_LIMIT" "$NOT_AFTER"; do
    is_number "$number" && [ "$number" -gt 0 ] || refuse launch_failed "not a number above zero: $number"
  done
  blocks=$((SIZE / BLOCK))
  last=$((blocks - 1))
  if [ "$LAST" != - ]; then
    is_number "$FIRST" && is_number "$LAST" || refuse launch_failed 'the range is not numbers'
    last=$LAST
  fi
  # badblocks counts in 32 bits; a range that ends within two requests of the limit wraps and writes outside itself.
  [ $((last + 1 < 4294967296 - 2 * PER_REQUEST)) = 1 ] ||
    refuse launch_failed "$((last + 1)) blocks of $BLOCK bytes are too many for badblocks"
  [ $((last < blocks && blocks > 0)) = 1 ] && { [ "$LAST" = - ] || [ $((FIRST <= last)) = 1 ]; } ||
    refuse launch_failed 'the range lies outside the drive'
}

# What becomes words of a command line.
check_words() {
  local pattern
  case $MODE in write | compare) ;; *) refuse launch_failed "not a mode: $MODE" ;; esac
  case $PATTERNS in *[!0-9a-fA-Fx\ ]* | '') refuse launch_failed "not patterns: $PATTERNS" ;; esac
  for pattern in $PATTERNS; do
    case $pattern in 0x?*) ;; *) refuse launch_failed "not a pattern: $pattern" ;; esac
    case ${pattern#0x} in *[!0-9a-fA-F]* | ?????????*) refuse launch_failed "not a pattern: $pattern" ;; esac
  done
}

# Opens the device, read-only. While it is open, its name and number are not given to another drive.
pin_drive() {
  local facts
  facts=$(collect_devices | judge_drives "$TYPES")
  case $facts in *"gap${TAB}lsblk"*) refuse locked 'unproven lsblk failed' ;; esac
  is_judged "$facts" || refuse_unjudged
  find_drive "$facts" "$SERIAL" "$TWIN_WWN"
  check_identity
  PIN_NAME=$D_NAME
  { command exec 8<"$R/dev/$PIN_NAME"; } 2>/dev/null || refuse unknown_drive "/dev/$PIN_NAME cannot be opened"
}

refuse_unjudged() {
  refuse locked 'unproven the facts about the drives could not be judged'
}

check_identity() {
  case $D_COUNT in
    0) refuse unknown_drive "no device has serial $SERIAL${TWIN_WWN:+ and WWN $TWIN_WWN}" ;;
    1) ;;
    *) refuse ambiguous_drive "$D_COUNT devices have serial $SERIAL${TWIN_WWN:+ and WWN $TWIN_WWN}" ;;
  esac
  [ -z "$TWIN_WWN" ] || [ "$D_SHARED" = 1 ] || refuse ambiguous_drive "$D_SHARED devices have WWN $TWIN_WWN"
  [ "$D_SIZE" = "$SIZE" ] || refuse wrong_drive "$D_NAME has $D_SIZE bytes, not $SIZE"
  # At the end of the run a missing WWN would be missing evidence.
  [ "$WWN" = - ] || [ "$D_WWN" != - ] || refuse wrong_drive "$D_NAME shows no WWN, not $WWN"
  [ "$WWN" = - ] || [ "$D_WWN" = "$WWN" ] || refuse wrong_drive "$D_NAME has WWN $D_WWN, not $WWN"
}

# Everything that decides is read while the pin is held, and must be about the device behind the pin.
check_pinned() {
  local facts
  facts=$(collect_facts "$PIN_NAME" | judge_drives "$TYPES")
  is_judged "$facts" || refuse_unjudged
  find_drive "$facts" "$SERIAL" "$TWIN_WWN"
  check_identity
  [ "$D_NAME" = "$PIN_NAME" ] || refuse wrong_drive "serial $SERIAL moved from $PIN_NAME to $D_NAME"
  read_pin_number
  [ "$D_NUMBER" = "$PIN_NUMBER" ] || refuse wrong_drive "$D_NAME is $D_NUMBER, but the opened device is $PIN_NUMBER"
  [ -z "$D_DOUBT" ] || refuse wrong_drive "$D_DOUBT"
  find_locks "$facts" "$D_NAME"
  case $LOCK_KINDS in
    '') ;;
    claimed) refuse claimed "$LOCKS" ;;
    ambiguous) refuse ambiguous_drive "$LOCKS" ;;
    *) refuse locked "$LOCKS" ;;
  esac
}

check_openers() {
  await_openers "$D_NAME"
  [ -z "$OPENERS" ] || refuse claimed "busy: opened for writing by $OPENERS"
  [ "$OPENERS_KNOWN" = yes ] || refuse locked 'unproven who has it open: the list of open files is not whole'
}

# A self-test that nobody here started: the drive would abort it, or answer late for hours. A drive that sleeps runs none.
check_self_test() {
  local said
  has smartctl || return 0
  said=$(timeout -k 2 20 smartctl -n standby -c -l selftest --json=o "$R/dev/$D_NAME" </dev/null 2>/dev/null |
    tr -d ' \t\r\n')
  case $said in
    # The high half of the status byte is 15 while an ATA drive is at it, the low half what is left in tenths.
    *'"self_test":{"status":{"value":24'[0-9][!0-9]* | *'"self_test":{"status":{"value":25'[0-5][!0-9]*) ;;
    *'"current_self_test_operation":{"value":'[1-9]*) ;;
    *'"self_test_in_progress":true'*) ;;
    # An older smartctl tells it of a SAS drive in its plain text only.
    *%oftestremaining*) ;;
    *) return 0 ;;
  esac
  refuse locked "self_test in progress on $D_NAME"
}

# A start that was long on its way must not happen: its sender may have given it up and told so.
check_clock() {
  [ "$BOOT" = "$SEEN_BOOT" ] || refuse expired 'the NAS was restarted after this start was sent'
  [ "$(date +%s)" -le "$NOT_AFTER" ] || refuse expired 'the start arrived too late and was not done'
}

# The number of the opened device itself, not of whatever has its name now.
read_pin_number() {
  # shellcheck disable=SC2046,SC2012
  set -- $(ls -lnL /proc/self/fd/8 2>/dev/null)
  # The machine that a rehearsal runs on need not be a Linux.
  if [ -n "$R" ] && [ ! -d /proc/self ] && [ -f "$R/dev/$PIN_NAME" ]; then set -- -; fi
  case ${1:-} in
    b*) PIN_NUMBER=${5%,}:$6 ;;
    # A rehearsal's devices are plain files; their numbers are those of its sysfs.
    -*) PIN_NUMBER=$([ -z "$R" ] || cat "$R/sys/block/$PIN_NAME/dev" 2>/dev/null) ;;
    *) PIN_NUMBER= ;;
  esac
  [ -n "$PIN_NUMBER" ] || refuse wrong_drive "/dev/$PIN_NAME is not a block device"
}
