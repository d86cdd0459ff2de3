# What uses a drive: mounts, swap, holders, loop devices, and signatures of something that could come alive.
# shellcheck shell=dash
# shellcheck disable=SC2016,SC2034 # awk text that the judge takes in

JUDGE_USES='
BEGIN {
  MEMBER = "_member$|^(crypto_LUKS|bcache|bcachefs|drbd|ceph_bluestore|stratis)$|^DM_"
  # What a partition is for, where its content cannot be read or says nothing.
  PARTS["6a898cc3-1dd2-11b2-99a6-080020736631"] = PARTS["516e7cba-6ecf-11d6-8ff8-00022d09712b"] = "ZFS"
  PARTS["a19d880f-05fc-4d3b-a006-743f0f84911e"] = "RAID"
  PARTS["e6d6d379-f507-44c2-a23c-238f2a3df928"] = "LVM"
  # Where the running system stands: without one of these it breaks. /var as a whole and its own parts, but not what an
  # administrator mounts below them.
  SYSTEM = "^/(bin|sbin|lib[^/]*|usr|etc|var|boot|efi|root|home|opt|nix|sysroot|rom|overlay|cdrom)?$"
  SYSTEM = SYSTEM "|^/(usr|etc|boot|efi|nix|sysroot|lib/live|run/live|run/initramfs)/"
  SYSTEM = SYSTEM "|^/var/(lib|log|cache|spool|tmp|db|opt)$"
}
function is_system(target) { return target ~ SYSTEM }
# What tells a file system from the next one at the same place.
function identity(k) { return uuid[k] == "" ? "" : " (UUID=" uuid[k] ")" }
# Whoever gives away one device of a btrfs does not give away the others.
function mark_mount(k, target,   id) {
  if (is_system(target)) { mark(k, "root_filesystem", target); return }
  if (!(k in btrfs_of)) { mark(k, "mounted", target identity(k)); return }
  id = btrfs_of[k]
  if (members[id] > 1 || devinfo[id] > 1) mark(k, "holder", "btrfs " target)
  else mark(k, "mounted", target identity(k))
}
# A line of the kernel as findmnt writes one: number, source, target, type.
function mountinfo(line,   p, q, i) {
  i = index(line, " - ")
  split(line, p, " ")
  split(substr(line, i + 3), q, " ")
  return i ? p[3] " " q[2] " " p[5] " " q[1] : line
}
function judge_tree(   i, k, n, p, j) {
  for (i in odd) {
    split(i, p, SUBSEP)
    mark(p[1], "unproven", "lsblk: the " tolower(p[2]) " " odd[i] " cannot be named")
  }
  for (i = 1; i <= count; i++) {
    k = order[i]
    n = split(parents[k], p, " ")
    if (n && type[k] != "part") for (j = 1; j <= n; j++) { mark(p[j], "holder", name[k]); is_held[p[j]] = 1 }
    if (mount[k] == "[SWAP]") mark(k, "swap", k)
    else if (mount[k] != "") mark_mount(k, mount[k])
  }
  for (i = 1; i <= holder_count; i++) {
    split(holder[i], p, " ")
    mark(p[1], "holder", p[2] in name ? name[p[2]] : p[2])
  }
}
# What lsblk does not tell of has no signature and no mount point here, so nothing is known of it.
function judge_parts(   i, p) {
  for (i = 1; i <= part_count; i++) {
    split(parts[i], p, " ")
    if (!(p[2] in type)) mark(p[1], "unproven", "lsblk does not tell of " p[2])
  }
}
function judge_mounts(   i, n, p) {
  for (i = 1; i <= mount_count; i++) {
    n = split(mounts[i], p, " ")
    if (p[1] ~ /^[0-9]+:[0-9]+$/ && n > 3) judge_mount(p[1], unescape(p[2]), unescape(p[3]), p[4], is_plain(p[3]))
    # A mount of no block device may be one of nothing at all.
    else if (p[1] !~ /^0:[0-9]+$/) gap("findmnt", "a line that cannot be read: " unescape(substr(mounts[i], 1, 80)))
  }
  judge_btrfs()
  for (i = 1; i <= mounted_count; i++) {
    split(mounted[i], p, "\t")
    if (layers[p[2]] > 1 && !is_system(p[2])) mark(p[1], "unproven", "findmnt: something else is mounted on " p[2] " too")
  }
}
function judge_mount(number, source, target, fs, is_named,   pool, k, i, n, p) {
  if (fs == "zfs" && is_system(target)) {
    pool = source
    sub(/\/.*/, "", pool)
    if (target == "/" || !(pool in system_pools)) system_pools[pool] = target
  }
  # What is mounted over something else is not what umount would take away. An automount stands below its own mount.
  if (fs != "autofs" && !((target, number) in layer)) {
    layer[target, number] = 1
    layers[target]++
  }
  sub(/\[.*/, "", source)
  if (number in by_number) { note_mount(by_number[number], target, is_named); return }
  if (number !~ /^[01]:/ && source !~ /^\/dev\//) gap("findmnt", "unknown device " number " on " target)
  if (source !~ /^\/dev\// || source == "/dev/fuse") return
  # A bcachefs is mounted by the names of all its devices.
  n = source ~ /:\/dev\// ? split(source, p, ":") : split(source, p, "\n")
  for (i = 1; i <= n; i++) {
    k = known(p[i])
    if (k != "") note_mount(k, target, is_named)
    else if (fs == "btrfs") lost[++lost_count] = p[i] "\t" target
    else if (number !~ /^1:/) gap("findmnt", "unknown device " (number ~ /^0:/ ? p[i] : number) " on " target)
  }
}
function note_mount(k, target, is_named) {
  mark_mount(k, target)
  if (!is_named) mark(k, "unproven", "findmnt: the mount point " target " cannot be named")
  mounted[++mounted_count] = k "\t" target
}
# A btrfs of several devices is mounted by the name of one of them; what that is mounted on stands on all of them.
# One whose device has a name that nobody knows is among those that no mount is known of.
function judge_btrfs(   i, j, p, q, is_told, is_found) {
  for (i = 1; i <= btrfs_count; i++) {
    split(btrfs[i], p, " ")
    is_told = 0
    for (j = 1; j <= mounted_count; j++) {
      split(mounted[j], q, "\t")
      if (btrfs_of[q[1]] != p[1]) continue
      mark_mount(p[2], q[2])
      is_told = 1
    }
    if (is_told) continue
    for (j = 1; j <= lost_count; j++) {
      split(lost[j], q, "\t")
      is_found = 1
      if (is_system(q[2])) mark(p[2], "root_filesystem", q[2])
      else mark(p[2], "holder", "btrfs " q[2])
    }
    if (lost_count) continue
    if (members[p[1]] > 1 || devinfo[p[1]] > 1) mark(p[2], "holder", "btrfs " p[1])
    else mark(p[2], "mounted", "btrfs")
  }
  for (j = 1; j <= lost_count && !is_found; j++) {
    split(lost[j], q, "\t")
    gap("findmnt", "unknown device " q[1] " on " q[2])
  }
}
function judge_swaps(   i, n, p, k) {
  if (swap_count && swaps[1] !~ /^Filename/) gap("swaps", "the list has no head")
  for (i = 2; i < swap_count; i++) {
    n = split(swaps[i], p, " ")
    if (n < 5 || p[2] !~ /^(partition|file)$/) gap("swaps", "a line that cannot be read: " unescape(swaps[i]))
    if (p[2] != "partition") continue
    k = known(p[1])
    if (k != "") mark(k, "swap", k)
    else gap("swaps", "unknown device " p[1])
  }
}
function judge_loops(   i, p, k) {
  for (i = 1; i <= loop_count; i++) {
    split(loops[i], p, "\t")
    sub(/ \(deleted\)$/, "", p[3])
    k = p[1] in by_number ? by_number[p[1]] : p[1] == "-" ? known(p[3]) : ""
    if (k != "") mark(k, "holder", unescape(p[2]))
    else gap("loop", "unknown device " unescape(p[3]) " behind " unescape(p[2]))
  }
}
# Signatures of something that could come alive on the drive at any moment, without a sign that it has. None hides another.
function judge_members(   i, k, d) {
  for (i = 1; i <= count; i++) {
    k = order[i]
    d = judge_signature(k, fstype[k])
    if (found[k] != fstype[k]) d = judge_signature(k, found[k]) || d
    if (d || k in is_in_pool || !(parttype[k] in PARTS)) continue
    d = PARTS[parttype[k]]
    member(k, d == "ZFS" ? "exported_pool" : "holder", d " partition " k)
  }
}
function judge_signature(k, fs) {
  if (fs == "zfs_member") { if (!is_at_work(k)) member(k, "exported_pool", (label[k] == "" ? "zfs_member on " k : label[k]) identity(k)) }
  else if (fs ~ MEMBER) member(k, "holder", fs " on " k identity(k))
  else return 0
  return 1
}
# Is the pool of this label among those that are told of already? A drive shows the labels of a partition at its end too.
function is_at_work(k,   i) {
  if (label[k] != "") return (k, label[k]) in in_pool || (k, "active_pool", label[k]) in seen || (k, "boot_pool", label[k]) in seen
  if (k in is_drive) return has_kind[k, "active_pool"] || has_kind[k, "boot_pool"]
  for (i in in_pool) if (index(i, k SUBSEP) == 1) return 1
  return 0
}
# What has come alive is told of by what holds this very device.
function member(k, kind, detail) { if (kind != "holder" || !(k in is_held)) mark(k, kind, detail) }
# Whatever stands on it, it is not known.
function judge_doubts(   i, k, d) {
  for (i = 1; i <= doubt_count; i++) {
    k = d = doubts[i]
    sub(/ .*/, "", k)
    sub(/^[^ ]* /, "", d)
    mark(k, "unproven", "blkid: " d " on " k)
  }
  for (k in found_uuid) {
    if (uuid[k] != "" && found_uuid[k] != "" && found_uuid[k] != uuid[k]) mark(k, "unproven", "blkid: " k " has UUID " found_uuid[k] ", not " uuid[k])
  }
}'
