# probe_drives TYPES: every drive with its safety locks.
# shellcheck shell=dash

probe_drives() {
  local facts
  answer_begin
  put_host || return 1
  if has midclt; then put middleware 1; else put middleware 0; fi
  facts=$(collect_facts | judge_drives "$1")
  printf '%s\n' "$facts"
  # Without the judge's last word the answer is not complete, so it gets no end.
  case $facts in
    *judged) answer_end ;;
    *) return 1 ;;
  esac
}
