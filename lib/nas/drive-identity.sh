# Which devices are drives, and whether each can be told from every other.
# shellcheck shell=dash
# shellcheck disable=SC2016,SC2034 # awk text that the judge takes in

JUDGE_IDENTITY='
# Letters and digits only, in lower case, as blanks and odd characters are written differently everywhere.
function bare(s) {
  gsub(/\\x[0-9a-f][0-9a-f]|[^A-Za-z0-9]/, "", s)
  return tolower(s)
}
# Is it the same, or a beginning of the other that is long enough? SAS drives have a short and a long serial.
function agrees(a, b) {
  if (a == b) return 1
  if (length(a) < 4 || length(b) < 4) return 0
  return index(a, b) == 1 || index(b, a) == 1
}
function ends_with(s, end) { return length(s) >= length(end) && substr(s, length(s) - length(end) + 1) == end }
# Where a drive is told without a number, all zeros stand for it in some enclosures.
function has_serial(k) { return serial[k] !~ /^[-0 ]*$/ && length(serial[k]) <= 200 }
function has_wwn(k) { return wwn[k] ~ /[1-9a-fA-F]/ }
# Whatever has a parent is a part of a drive or a mapping over it, whatever type it gives itself.
function is_candidate(k) {
  return index(TYPES, " " type[k] " ") && type[k] !~ /^(part|crypt|lvm|mpath|dm|md|raid.*|linear|rom)$/ && parents[k] == "" && k !~ /^(dm-|md|bcache|zd|zram|ram|nbd)[0-9]/
}
function name_drives(   i, k) {
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (!is_candidate(k)) continue
    if (!(size[k] + 0 > 0)) { unfit[k] = "no_size"; continue }
    if (has_wwn(k)) wwn_twins[tolower(wwn[k])]++
    if (!has_serial(k)) { unfit[k] = "no_serial"; continue }
    is_drive[k] = 1
    twins[serial[k]]++
  }
  for (i in word_count) if (!(i in type)) gap("devices", "lsblk does not tell of " i)
}
# wwn_of TEXT: its kind and its digits.
function wwn_of(s) {
  s = tolower(s)
  gsub(/ /, "", s)
  if (s ~ /^0x[0-9a-f]+$/) return "naa:" substr(s, 3)
  if (s ~ /^(naa|eui|uuid)\.[0-9a-f-]+$/) { sub(/\./, ":", s); gsub(/-/, "", s); return s }
  return ""
}
# A source that is not there or empty decides nothing.
function judge_kernel(k,   i, s, b, said, wwid) {
  s = bare(serial[k])
  for (i = 1; i <= word_count[k]; i++) {
    b = bare(words[k, i])
    if (b == "") continue
    if (word_kind[k, i] == "wwid") { if (wwid == "") wwid = words[k, i]; continue }
    if (agrees(b, s)) is_sure[k] = 1
    said = said (said == "" ? "" : ", ") unescape(words[k, i])
  }
  # Where udev takes the WWN or the number of a bridge for a serial, the kernel has it at the end of its own name.
  if (length(s) >= 6 && ends_with(bare(wwid), s)) is_sure[k] = 1
  if (s != "" && said != "" && !(k in is_sure)) return "the kernel knows " k " by another serial: " said
  b = wwn_of(wwid)
  s = wwn_of(wwn[k])
  if (b == "" || s == "" || substr(b, 1, 4) != substr(s, 1, 4) || agrees(b, s)) return ""
  return "the kernel knows " k " by another WWN: " unescape(wwid)
}
# All paths to one drive below one map are one drive, which the map holds.
function list_maps(   i, j, k, n, p) {
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (type[k] != "mpath") continue
    n = split(parents[k], p, " ")
    for (j = 1; j <= n; j++) map_of[p[j]] = k
  }
}
# same KNAME IS_BY_WWN: the devices that share it, in words; nothing where all of them are paths below one map.
function same(k, is_by_wwn,   i, o, list, n, others) {
  for (i = 1; i <= count; i++) {
    o = order[i]
    if (!(o in is_drive) && !(is_by_wwn && o in unfit && size[o] + 0 > 0)) continue
    if (is_by_wwn ? tolower(wwn[o]) != tolower(wwn[k]) : serial[o] != serial[k]) continue
    if (map_of[o] == "" || map_of[o] != map_of[k] || tolower(wwn[o]) != tolower(wwn[k])) others++
    if (is_by_wwn) list = list (n++ ? ", " : "") o " " (o in is_drive ? "serial " serial[o] : "without serial")
    else list = list (n++ ? ", " : "") o " " (has_wwn(o) ? wwn[o] : "without WWN")
  }
  return others ? n " devices with " (is_by_wwn ? "WWN " wwn[k] : "serial " serial[k]) ": " list : ""
}
function judge_twins(   i, k, t, w) {
  list_maps()
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (!(k in is_drive)) continue
    if (twins[serial[k]] > 1 && (t = same(k, 0)) != "") add(k, "ambiguous", t)
    w = has_wwn(k) ? wwn_twins[tolower(wwn[k])] : 0
    if (w > 1 && w != twins[serial[k]] && (t = same(k, 1)) != "") add(k, "ambiguous", t)
    if ((t = judge_kernel(k)) == "") continue
    doubt[k] = substr(t, 1, 400)
    add(k, "ambiguous", t)
  }
}'
