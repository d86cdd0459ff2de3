# The judge of what the collectors found: every drive, and each lock on it. What the facts mean is in the parts beside it.
# shellcheck shell=dash
# shellcheck disable=SC2016,SC2153 # awk text; names of the other parts

JUDGE_DRIVES='
function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }
# The byte that stands behind a backslash at this place, and in WIDTH how many characters write it: lsblk and findmnt -r
# write unusual bytes as \x20, the kernel as \040.
function escaped(s, i,   t) {
  t = substr(s, i + 1, 3)
  WIDTH = 4
  if (t ~ /^x[0-9a-fA-F][0-9a-fA-F]/) return hex(substr(t, 2, 1)) * 16 + hex(substr(t, 3, 1))
  if (t ~ /^[0-3][0-7][0-7]$/) return substr(t, 1, 1) * 64 + substr(t, 2, 1) * 8 + substr(t, 3, 1)
  WIDTH = 1
  return 92
}
# No name is longer, and the work for each letter would add up. What cannot be printed must not reach the answer. In an identity (is_exact) it is written as \xNN and stays different.
function unescape(s, is_exact,   out, i, c, n) {
  s = substr(s, 1, 5000)
  if (index(s, "\\") || s ~ /[^ -~]/) {
    out = ""
    for (i = 1; i <= length(s); i++) {
      c = substr(s, i, 1)
      WIDTH = 1
      n = c == "\\" ? escaped(s, i) : code[c] + 0
      out = out (n >= 32 && n < 127 ? sprintf("%c", n) : is_exact ? sprintf("\\x%02x", n) : "?")
      i += WIDTH - 1
    }
    s = out
  }
  gsub(/^ +| +$/, "", s)
  return s
}
function dash(s) { return s == "" ? "-" : s }
# Does unescape lose nothing of it? What is not known to the last byte cannot be told from others, nor be given to umount.
function is_plain(s) {
  if (s !~ /[\\(]|[^ -~]|^ | $/ && length(s) <= 300) return 1
  return unescape("|" s "|", 1) == "|" unescape(s) "|" && length(unescape(s)) <= 300 && unescape(s) !~ / \(UUID=/
}
# Sets F, ODD to the columns that are not plain, and gives how many columns the line has; none where anything else stands in it.
function read_pairs(line,   i, k, n) {
  split("", F)
  split("", ODD)
  while (i = index(line, "=\"")) {
    k = substr(line, 1, i - 1)
    line = substr(line, i + 2)
    i = index(line, "\"")
    if (length(k) > 20 || k !~ /^ ?[A-Z_:%-]+$/ || !i) return 0
    gsub(/[^A-Z]/, "", k)
    if (k ~ /^(NAME|LABEL|MOUNTPOINT)$/ && !is_plain(substr(line, 1, i - 1))) ODD[k] = 1
    F[k] = unescape(substr(line, 1, i - 1), k == "SERIAL" || k == "WWN")
    line = substr(line, i + 1)
    n++
  }
  return line ~ /^[ \r]*$/ ? n : 0
}
# The drives on or above a device: itself, or whatever it is a part of.
function mark(kname, kind, detail,   n, i, p) {
  if (kname in is_drive) { add(kname, kind, detail); return }
  n = split(parents[kname], p, " ")
  for (i = 1; i <= n; i++) mark(p[i], kind, detail)
}
# Of many drives only some have a lock, so that a join for each lock costs little.
function add(kname, kind, detail) {
  detail = substr(dash(detail), 1, 400)
  if ((kname, kind, detail) in seen) return
  seen[kname, kind, detail] = 1
  has_kind[kname, kind] = 1
  locks[kname] = locks[kname] "lock\t" kname "\t" kind "\t" detail "\n"
}
function gap(source, detail) {
  detail = source "\t" substr(dash(detail), 1, 400)
  if (detail in has_gap) return
  has_gap[detail] = 1
  gaps[++gap_count] = detail
}
# A path below /dev as the kernel name it stands for, or nothing.
function known(path) {
  sub(/^\/dev\//, "", path)
  if (path in type) return path
  sub(/^mapper\//, "", path)
  return path in by_name ? by_name[path] : ""
}
# File names that are the same for every controller; any serial gives a different one.
function serial_key(s,   out, i, c) {
  out = ""
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    out = out (c ~ /[A-Za-z0-9_-]/ ? c : sprintf(":%02x", index(ASCII, c) + 31))
  }
  return out
}
function read_device(   k, i) {
  if (read_pairs(rest) != 17) { gap("lsblk", "a line that cannot be read: " unescape(substr(rest, 1, 80))); return }
  k = F["KNAME"]
  if (k !~ /^[A-Za-z0-9][A-Za-z0-9_!.:-]*$/ || F["MAJMIN"] !~ /^[0-9]+:[0-9]+$/ || F["SIZE"] !~ /^[0-9]*$/) {
    gap("lsblk", "a line without name, number or size: " unescape(substr(rest, 1, 80)))
    return
  }
  if (F["PKNAME"] != "") parents[k] = parents[k] " " F["PKNAME"]
  if (k in type) return
  order[++count] = k
  type[k] = F["TYPE"]; name[k] = F["NAME"]; by_name[F["NAME"]] = k; by_number[F["MAJMIN"]] = k
  number[k] = F["MAJMIN"]; size[k] = F["SIZE"]; phy[k] = F["PHYSEC"]; rota[k] = F["ROTA"]; tran[k] = F["TRAN"]
  serial[k] = F["SERIAL"]; wwn[k] = F["WWN"]; model[k] = substr(F["MODEL"], 1, 200); fstype[k] = F["FSTYPE"]
  parttype[k] = tolower(F["PARTTYPE"]); label[k] = F["LABEL"]; mount[k] = F["MOUNTPOINT"]
  uuid[k] = substr(F["UUID"], 1, 100)
  for (i in ODD) if (i != "LABEL" || F["FSTYPE"] == "zfs_member") odd[k, i] = F[i]
}
BEGIN {
  ASCII = ""
  for (i = 1; i < 256; i++) {
    c = sprintf("%c", i)
    code[c] = i
    if (i >= 32 && i < 127) ASCII = ASCII c
  }
  TYPES = " " ENVIRON["BURNIN_TYPES"] " "
}
{ tag = $1; rest = substr($0, length($1) + 2) }
tag == "L" { read_device() }
tag == "K" { word_kind[$2, ++word_count[$2]] = $3; words[$2, word_count[$2]] = substr(rest, length($2) + length($3) + 3) }
tag == "M" { mounts[++mount_count] = rest }
tag == "N" { mounts[++mount_count] = mountinfo(rest) }
tag == "S" { swaps[++swap_count] = rest }
tag == "Z" { zpool[++zpool_count] = rest }
tag == "H" { holder[++holder_count] = rest }
tag == "P" { parts[++part_count] = rest }
tag == "B" { btrfs[++btrfs_count] = rest; btrfs_of[$3] = $2; members[$2]++ }
tag == "D" { devinfo[$2]++ }
tag == "O" { loops[++loop_count] = rest }
tag == "X" { in_sysfs[$2] = 1 }
tag == "T" { temp[$2] = $3 }
tag == "C" { claimed[$2] = $3 }
tag == "F" { found[$2] = unescape($3) }
tag == "U" { found_uuid[$2] = unescape(substr(rest, length($2) + 2)) }
tag == "V" { transport[$2] = $3 }
tag == "A" { doubts[++doubt_count] = rest }
tag == "E" { is_whole = 1 }
tag == "G" { gap($2, substr(rest, length($2) + 2)) }
function network(k) {
  if (tolower(tran[k]) ~ /^(iscsi|fc|fcoe|tcp|rdma)$/) return tran[k]
  return transport[k] ~ /^(tcp|rdma|fc|loop)$/ ? transport[k] : ""
}
function put_drive(k,   key, j, g, t) {
  key = serial_key(serial[k])
  if (key in claimed) {
    if (claimed[key] == "held") add(k, "claimed", "its lock file is held by an unknown run")
    else add(k, "unproven", "its lock file cannot be read")
  }
  if (!(k in in_sysfs)) add(k, "unproven", "sysfs: no list of holders")
  if ((t = network(k)) != "") add(k, "unproven", "it is reached over a network (" t "), where another host may use it")
  for (j = 1; j <= gap_count; j++) { g = gaps[j]; sub(/\t/, ": ", g); add(k, "unproven", g) }
  t = temp[k] ~ /^-?[0-9]+$/ ? sprintf("%.0f", temp[k] / 1000) : "-"
  printf "drive\t%s\t%s\t%s\t%s\t%s\t%s\t%s", k, number[k], type[k], size[k], phy[k] ~ /^[0-9]+$/ ? phy[k] : 512, rota[k] == "0" ? 0 : 1, dash(tran[k])
  printf "\t%s\t%s\t%s\t%s\n", serial[k], dash(wwn[k]), t, dash(model[k])
  printf "key\t%s\t%s\t%d\n%s", k, key, wwn_twins[tolower(wwn[k])] + 0, locks[k]
  if (k in doubt) printf "doubt\t%s\t%s\n", k, doubt[k]
  if (k in is_sure) printf "sure\t%s\n", k
}
END {
  if (!is_whole) gap("facts", "the collector did not come to its end")
  name_drives()
  judge_tree(); judge_parts(); judge_mounts(); judge_swaps(); judge_loops(); judge_pools(); judge_members(); judge_doubts()
  judge_twins()
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (k in is_drive) put_drive(k)
    else if (k in unfit) printf "device\t%s\t%s\t%s\t%s\n", k, (size[k] == "" ? 0 : size[k]), unfit[k], dash(model[k])
  }
  for (i = 1; i <= scan_count; i++) print "scan\t" scans[i]
  for (i = 1; i <= gap_count; i++) print "gap\t" gaps[i]
  print "judged"
}'

# judge_drives TYPES: reads what was collected; prints drive, key, lock, doubt, sure, device, scan and gap records, then
# "judged".
judge_drives() {
  export BURNIN_TYPES="$1"
  run_awk "$JUDGE_DRIVES
$JUDGE_USES
$JUDGE_POOLS
$JUDGE_IDENTITY"
}
