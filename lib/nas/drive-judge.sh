# The judge of what the collectors found: every drive, and each lock on it.
# shellcheck shell=dash
# shellcheck disable=SC2016 # awk text

JUDGE_DRIVES='
function hex(c) { return index("0123456789abcdef", tolower(c)) - 1 }
# lsblk and findmnt -r write unusual bytes as \x20; what cannot be printed must not reach the answer.
function unescape(s,   out, i, c, n) {
  out = ""
  for (i = 1; i <= length(s); i++) {
    c = substr(s, i, 1)
    if (c == "\\" && substr(s, i + 1, 1) == "x") {
      n = hex(substr(s, i + 2, 1)) * 16 + hex(substr(s, i + 3, 1))
      c = (n >= 32 && n < 127) ? sprintf("%c", n) : "?"
      i += 3
    } else if (c < " " || c > "~") c = "?"
    out = out c
  }
  gsub(/^ +| +$/, "", out)
  return out
}
function dash(s) { return s == "" ? "-" : s }
function read_pairs(line,   t, i, k) {
  split("", F)
  while (match(line, /[A-Za-z_:%-]+="[^"]*"/)) {
    t = substr(line, RSTART, RLENGTH)
    line = substr(line, RSTART + RLENGTH)
    i = index(t, "=")
    k = substr(t, 1, i - 1)
    gsub(/[^A-Za-z]/, "", k)
    F[k] = unescape(substr(t, i + 2, length(t) - i - 2))
  }
}
# The drives on or above a device: itself, or whatever it is a part of.
function mark(kname, kind, detail,   n, i, p) {
  if (kname in is_drive) { add(kname, kind, detail); return }
  n = split(parents[kname], p, " ")
  for (i = 1; i <= n; i++) mark(p[i], kind, detail)
}
function add(kname, kind, detail) {
  if ((kname, kind, detail) in seen) return
  seen[kname, kind, detail] = 1
  has_kind[kname, kind] = 1
  locks[kname] = locks[kname] "lock\t" kname "\t" kind "\t" dash(detail) "\n"
}
function gap(source, detail) { gaps[++gap_count] = source "\t" dash(detail) }
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
BEGIN {
  ASCII = ""
  for (i = 32; i < 127; i++) ASCII = ASCII sprintf("%c", i)
  MEMBER = "_member$|^(crypto_LUKS|bcache|bcachefs|drbd|ceph_bluestore|stratis)$|^DM_"
  # What a partition is for, where its content cannot be read or says nothing.
  PARTS["6a898cc3-1dd2-11b2-99a6-080020736631"] = PARTS["516e7cba-6ecf-11d6-8ff8-00022d09712b"] = "ZFS"
  PARTS["a19d880f-05fc-4d3b-a006-743f0f84911e"] = "RAID"
  PARTS["e6d6d379-f507-44c2-a23c-238f2a3df928"] = "LVM"
  TYPES = " " ENVIRON["BURNIN_TYPES"] " "
}
{ tag = $1; rest = substr($0, length($1) + 2) }
tag == "L" {
  read_pairs(rest)
  k = F["KNAME"]
  if (k == "") { gap("lsblk", "a line without a name"); next }
  if (!(k in type)) {
    order[++count] = k
    type[k] = F["TYPE"]; name[k] = F["NAME"]; by_name[F["NAME"]] = k; by_number[F["MAJMIN"]] = k
    number[k] = F["MAJMIN"]; size[k] = F["SIZE"]; phy[k] = F["PHYSEC"]; rota[k] = F["ROTA"]; tran[k] = F["TRAN"]
    serial[k] = F["SERIAL"]; wwn[k] = F["WWN"]; model[k] = F["MODEL"]; fstype[k] = F["FSTYPE"]; parttype[k] = tolower(F["PARTTYPE"]); label[k] = F["LABEL"]
    mount[k] = F["MOUNTPOINT"]
    if (index(TYPES, " " type[k] " ") && size[k] + 0 > 0) {
      if (wwn[k] ~ /[1-9a-fA-F]/) wwn_twins[tolower(wwn[k])]++
      if (serial[k] !~ /^-?$/) {
        is_drive[k] = 1
        twins[serial[k]]++
      }
    }
  }
  if (F["PKNAME"] != "") parents[k] = parents[k] " " F["PKNAME"]
}
tag == "M" { mounts[++mount_count] = rest }
tag == "S" { swaps[++swap_count] = rest }
tag == "Z" { zpool[++zpool_count] = rest }
tag == "H" { holder[++holder_count] = rest }
tag == "B" { btrfs[++btrfs_count] = rest }
tag == "O" { loops[++loop_count] = rest }
tag == "X" { in_sysfs[$2] = 1 }
tag == "T" { temp[$2] = $3 }
tag == "C" { claimed[$2] = $3 }
tag == "F" { if (($2 in type) && fstype[$2] == "") fstype[$2] = unescape($3) }
tag == "A" { doubts[++doubt_count] = rest }
tag == "E" { is_whole = 1 }
tag == "G" { gap($2, substr(rest, length($2) + 2)) }
function judge_tree(   i, k, n, p, j) {
  for (i = 1; i <= count; i++) {
    k = order[i]
    n = split(parents[k], p, " ")
    if (n && type[k] != "part") for (j = 1; j <= n; j++) mark(p[j], "holder", name[k])
    if (mount[k] == "[SWAP]") mark(k, "swap", k)
    else if (mount[k] != "") mark(k, "mounted", mount[k])
  }
  for (i = 1; i <= holder_count; i++) {
    split(holder[i], p, " ")
    mark(p[1], "holder", p[2] in name ? name[p[2]] : p[2])
  }
  for (i = 1; i <= btrfs_count; i++) mark(btrfs[i], "mounted", "btrfs")
}
function judge_mounts(   i, p, source, target, k) {
  for (i = 1; i <= mount_count; i++) {
    split(mounts[i], p, " ")
    source = unescape(p[2]); target = unescape(p[3])
    if (target == "/" && p[4] == "zfs") { root_pool = source; sub(/\/.*/, "", root_pool) }
    sub(/\[.*/, "", source)
    k = p[1] in by_number ? by_number[p[1]] : source ~ /^\/dev\// ? known(source) : ""
    if (k != "") mark(k, "mounted", target)
    else if (p[1] !~ /^[01]:/) gap("findmnt", "unknown device " p[1] " on " target)
  }
}
function judge_swaps(   i, p, k) {
  for (i = 1; i <= swap_count; i++) {
    split(swaps[i], p, " ")
    if (p[2] != "partition") continue
    k = known(p[1])
    if (k != "") mark(k, "swap", k)
    else gap("swaps", "unknown device " p[1])
  }
}
function judge_loops(   i, path, loop, k) {
  for (i = 1; i <= loop_count; i++) {
    path = loop = loops[i]
    sub(/ .*/, "", loop)
    sub(/^[^ ]* /, "", path)
    sub(/ \(deleted\)$/, "", path)
    k = known(path)
    if (k != "") mark(k, "holder", loop)
    else gap("loop", "unknown device " unescape(path) " behind " loop)
  }
}
function judge_pools(   i, line, n, p, pool, k) {
  for (i = 1; i <= zpool_count; i++) {
    line = unescape(zpool[i])
    if (line ~ /^pool:/) { pool = line; sub(/^pool: */, "", pool); continue }
    gsub(/^[ \t?]+/, "", line)
    if (line !~ /^\/dev\//) continue
    n = split(line, p, " ")
    k = known(p[1])
    if (k != "") {
      in_pool[k] = 1
      mark(k, pool == root_pool || pool == "boot-pool" || pool == "freenas-boot" ? "boot_pool" : "active_pool", pool)
    } else if (n < 2 || p[2] !~ /^(UNAVAIL|REMOVED|FAULTED|OFFLINE)$/) gap("zpool", "unknown device " p[1] " in " pool)
  }
}
# Signatures of something that could come alive on the drive at any moment, without a sign that it has.
function judge_members(   i, k, d) {
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (k in in_pool) continue
    if (fstype[k] == "zfs_member") member(k, "exported_pool", label[k] == "" ? "zfs_member on " k : label[k])
    else if (fstype[k] ~ MEMBER) member(k, "holder", fstype[k] " on " k)
    else if (parttype[k] in PARTS) {
      d = PARTS[parttype[k]]
      member(k, d == "ZFS" ? "exported_pool" : "holder", d " partition " k)
    }
  }
}
# Whatever stands on it, it is not known.
function judge_doubts(   i, k, d) {
  for (i = 1; i <= doubt_count; i++) {
    k = d = doubts[i]
    sub(/ .*/, "", k)
    sub(/^[^ ]* /, "", d)
    mark(k, "unproven", "blkid: " d " on " k)
  }
}
function member(k, kind, detail,   n, i, p) {
  if (k in is_drive) {
    if (has_kind[k, "active_pool"] || has_kind[k, "boot_pool"] || has_kind[k, "holder"]) return
    add(k, kind, detail)
    return
  }
  n = split(parents[k], p, " ")
  for (i = 1; i <= n; i++) member(p[i], kind, detail)
}
END {
  if (!is_whole) gap("facts", "the collector did not come to its end")
  judge_tree(); judge_mounts(); judge_swaps(); judge_loops(); judge_pools(); judge_members(); judge_doubts()
  for (i = 1; i <= count; i++) {
    k = order[i]
    if (!(k in is_drive)) continue
    if (twins[serial[k]] > 1) add(k, "ambiguous", twins[serial[k]] " devices with serial " serial[k])
    w = wwn_twins[tolower(wwn[k])]
    if (w > 1 && w != twins[serial[k]]) add(k, "ambiguous", w " devices with WWN " wwn[k])
    key = serial_key(serial[k])
    if (key in claimed) {
      if (claimed[key] == "held") add(k, "claimed", "its lock file is held by an unknown run")
      else add(k, "unproven", "its lock file cannot be read")
    }
    if (!(k in in_sysfs)) add(k, "unproven", "sysfs: no list of holders")
    for (j = 1; j <= gap_count; j++) { g = gaps[j]; sub(/\t/, ": ", g); add(k, "unproven", g) }
    t = temp[k] ~ /^-?[0-9]+$/ ? sprintf("%.0f", temp[k] / 1000) : "-"
    printf "drive\t%s\t%s\t%s\t%s\t%s\t%s\t%s", k, dash(number[k]), type[k], size[k], dash(phy[k]), dash(rota[k]), dash(tran[k])
    printf "\t%s\t%s\t%s\t%s\n", serial[k], dash(wwn[k]), t, dash(model[k])
    printf "key\t%s\t%s\n%s", k, key, locks[k]
  }
  for (j = 1; j <= gap_count; j++) print "gap\t" gaps[j]
  print "judged"
}'

# judge_drives TYPES: reads what was collected, prints drive, key, lock and gap records, then "judged".
judge_drives() {
  export BURNIN_TYPES="$1"
  run_awk "$JUDGE_DRIVES"
}
