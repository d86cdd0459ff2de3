# What zpool status says: which drives are in a pool, and which pools are at work.
# shellcheck shell=dash
# shellcheck disable=SC2016,SC2034 # awk text that the judge takes in

JUDGE_POOLS='
function judge_pools(   i, line) {
  pool = ""
  for (i = 1; i <= zpool_count; i++) {
    line = zpool[i]
    gsub(/\t/, " ", line)
    line = unescape(line)
    if (line ~ /^pool: /) begin_pool(substr(line, 7))
    else if (line ~ /^no pools available/) pool_count++
    else if (line ~ /^state: /) pool_state = substr(line, 8)
    else if (line ~ /^(scan|expand|remove): /) begin_scan(line)
    else if (line ~ /^errors: /) is_pool_whole = 1
    else if (line ~ /^\/dev\//) judge_leaf(line)
    else if (line ~ /% done/) note_percent(line)
  }
  end_pool()
  if (zpool_count && !pool_count) gap("zpool", "its answer cannot be understood")
}
function begin_pool(name) {
  end_pool()
  pool = name
  gsub(/^ +/, "", pool)
  pool_state = ""
  is_pool_whole = is_scanning = 0
  pool_count++
}
# Its last line is the proof that a pool was told to the end; one that cannot be opened has none.
function end_pool() {
  if (pool != "" && !is_pool_whole && pool_state !~ /^(UNAVAIL|FAULTED)/) gap("zpool", "tells only a part of pool " pool)
}
# A member that the pool has given up is written to no more, and the system does not stand on it.
function judge_leaf(line,   p, k, is_given_up) {
  split(line, p, " ")
  is_given_up = p[2] ~ /^(UNAVAIL|REMOVED|FAULTED|OFFLINE)$/
  k = known(p[1])
  if (k == "") {
    if (!is_given_up) gap("zpool", "unknown device " p[1] " in " pool)
    return
  }
  in_pool[k, pool] = 1
  # What has the name of a member that was given up may be another device by now.
  if (!is_given_up) is_in_pool[k] = 1
  if (pool in system_pools && !is_given_up) mark(k, "root_filesystem", system_pools[pool])
  if (pool in system_pools && system_pools[pool] ~ /^\/(boot.*)?$/ || pool == "boot-pool" || pool == "freenas-boot") mark(k, "boot_pool", pool)
  else mark(k, "active_pool", pool)
}
# A resilver, an expansion and the emptying of a device load a pool alike. What is paused does not.
function begin_scan(line,   kind) {
  is_scanning = 0
  if (line !~ / in progress/) return
  kind = line ~ /^scan: .*scrub/ ? "scrub" : "resilver"
  if ((pool, kind) in has_scan) return
  has_scan[pool, kind] = is_scanning = 1
  scans[++scan_count] = pool "\t" kind "\t-"
}
function note_percent(line,   p) {
  if (!is_scanning || !match(line, /[0-9]+([.,][0-9]+)?% done/)) return
  p = substr(line, RSTART, RLENGTH - 6)
  sub(/,/, ".", p)
  sub(/-$/, p + 0 > 100 ? 100 : p, scans[scan_count])
  is_scanning = 0
}'
