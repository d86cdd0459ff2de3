# look_runs, collect_run: what runs left and how far they are.
# shellcheck shell=dash
# shellcheck disable=SC2015,SC2016,SC2153 # awk text; names of the other parts

# Adds to each run record the length of its bad-block list, and behind it its log; one awk for all runs.
READ_FILES='
function clean(s) { gsub(/[\001-\037\177]/, " ", s); return s }
function put_lines(id, text,   n, i, lines) {
  n = split(text, lines, "\n")
  for (i = 1; i < n; i++) print "log\t" id "\t" lines[i]
}
function put_log(id, path,   line, head, tail, cut) {
  head = tail = ""
  cut = 0
  while ((getline line < path) > 0) {
    line = substr(clean(line), 1, 4000) "\n"
    if (length(head) < 4096 && tail == "") { head = head line; continue }
    tail = tail line
    if (length(tail) > 16384) { tail = substr(tail, length(tail) - 4095); cut = 1 }
  }
  close(path)
  if (length(tail) > 4096) { tail = substr(tail, length(tail) - 4095); cut = 1 }
  if (cut) sub(/^[^\n]*\n/, "", tail)
  put_lines(id, head (cut ? "[...]\n" : "") tail)
}
BEGIN { FS = OFS = "\t" }
$1 == "run" {
  dir = ENVIRON["BURNIN_RUNS"] "/" $2
  count = 0
  split("", list)
  files = $11
  if (files ~ /bad/) while ((getline line < (dir "/bad")) > 0) list[++count] = clean(line)
  close(dir "/bad")
  $11 = count
  print
  if (files ~ /log/) put_log($2, dir "/log")
  if (ENVIRON["BURNIN_LIST"] == "yes") for (i = 1; i <= count; i++) print "bad", $2, list[i]
  next
}
{ print }'

# read_progress PID: sets POSITION and MOVED in bytes, empty where they cannot be read.
read_progress() {
  local path word value
  POSITION=
  MOVED=
  for path in "$R/proc/$1/fdinfo"/*; do
    word=
    value=
    { read -r word value <"$path"; } 2>/dev/null
    [ "$word" = pos: ] && is_number "$value" || continue
    if [ -z "$POSITION" ] || [ "$value" -gt "$POSITION" ]; then POSITION=$value; fi
  done
  while read -r word value; do
    case $word in
      read_bytes: | write_bytes:) MOVED=$((${MOVED:-0} + value)) ;;
    esac
  done 2>/dev/null <"$R/proc/$1/io"
}

# read_device_moved: sets DEVICE_MOVED, the bytes the device moved since the start of the run, also after its end.
read_device_moved() {
  local read written
  DEVICE_MOVED=
  read=$E_READ
  written=$E_WRITTEN
  if [ "$IS_WRITER" = yes ] && [ -n "$M_NAME" ] && read_sectors "$M_NAME"; then
    read=$SECTORS_READ
    written=$SECTORS_WRITTEN
  fi
  is_number "$read" && is_number "$written" && is_number "$M_READ" && is_number "$M_WRITTEN" || return 0
  DEVICE_MOVED=$(((read - M_READ + written - M_WRITTEN) * 512))
  # A device that was taken out and put in again counts from zero.
  [ "$DEVICE_MOVED" -ge 0 ] || DEVICE_MOVED=
}

# put_run DIR: its record, with the names of the files to be read where the length of the list belongs.
put_run() {
  local dir held files
  dir=$1
  files=
  [ ! -f "$dir/log" ] || files=log
  [ ! -f "$dir/bad" ] || files="$files bad"
  # A start that died before it wrote down what it is; until that is sure, its directory says nothing.
  read_meta "$dir/meta" || { ! is_launching "$dir" && is_older "$dir/bare" 30; } || return 0
  settle_run "$dir"
  POSITION=
  MOVED=
  [ "$IS_WRITER" = no ] || read_progress "$W_PID"
  read_device_moved
  held=0
  [ "$HELD" = no ] || held=1
  put run "${dir##*/}" "${M_OWNER:--}" "${M_SERIAL:--}" "${M_BOOT:--}" "$held" "${RESULT:--}" \
    "${POSITION:--}" "${MOVED:--}" "${DEVICE_MOVED:--}" "$files" "${M_STARTED:--}" "${E_UP:--}"
}

# read_files WITH_LIST: yes adds the bad-block lists themselves.
read_files() {
  export BURNIN_RUNS="$BASE/runs" BURNIN_LIST="$1"
  run_awk "$READ_FILES"
}

look_runs() {
  local dir
  answer_begin
  put_host || return 1
  # A list that broke off must not pass for a short one: without its end mark no run of it is believed to be gone.
  {
    for dir in "$BASE"/runs/*/; do
      dir=${dir%/}
      if is_run_id "${dir##*/}"; then put_run "$dir"; fi
    done
    put listed
  } | read_files no || return 1
  answer_end
}

# collect_run ID TYPES: one run with its whole list, and the drive that carries its serial now.
collect_run() {
  local dir
  answer_begin
  put_host || return 1
  if is_run_id "$1"; then
    dir=$BASE/runs/$1
    { put_run "$dir" && put listed; } | read_files yes || return 1
    if read_meta "$dir/meta"; then put_identity "$1" "$2" || return 1; fi
  else
    put listed
  fi
  answer_end
}

# Fails when it cannot be known now which drive carries the serial: the answer then has no end, and is asked for again.
put_identity() {
  local facts
  [ -n "$M_SERIAL" ] || return 0
  facts=$(collect_devices | judge_drives "$2")
  is_judged "$facts" || return 1
  find_identity "$facts" "$M_SERIAL" "$M_WWN"
  case $facts in
    *"gap${TAB}udev"*) [ "$D_COUNT" = 1 ] && [ "$D_SURE" = yes ] && [ -z "$D_DOUBT" ] || return 1 ;;
  esac
  [ "$D_COUNT" != 1 ] || [ -n "$D_DOUBT" ] || put identity "$1" "$M_SERIAL" "$D_WWN" "$D_SIZE"
}
