import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { LocalHost } from './local-shell.mts';

/** Keeps units in files below the host's root: `<unit>` holds its main process, `<unit>.args` what it was asked. */
const systemdRun = `#!/bin/dash
units=$BURNIN_ROOT/units
printf '%s\\n' "$@" >"$units/last"
log=/dev/null limit=1000000 post=:
while [ "$1" != -- ]; do
  case $1 in
    --unit=*) unit=\${1#*=} ;;
    --setenv=*) export "\${1#*=}" ;;
    -p) shift; case $1 in
      StandardError=file:*) log=\${1#*:} ;;
      RuntimeMaxSec=*) limit=\${1#*=} ;;
      ExecStopPost=*) post=\${1#*=} ;;
    esac ;;
  esac
  shift
done
shift
[ ! -e "$units/$unit" ] || { echo "Unit $unit was already loaded" >&2; exit 1; }
cat >"$units/$unit.sh" <<'RUN'
unit=$1 log=$2 limit=$3 post=$4
shift 4
"$@" </dev/null >/dev/null 2>"$log" &
main=$!
echo $main >"$unit"
: >"$unit.started"
( sleep "$limit"; echo timeout >"$unit.why"; kill -TERM $main ) &
timer=$!
wait $main
status=$?
kill $timer 2>/dev/null
SERVICE_RESULT=exit-code EXIT_CODE=exited EXIT_STATUS=$status
case $status in
  0) SERVICE_RESULT=success ;;
  137) SERVICE_RESULT=signal EXIT_CODE=killed EXIT_STATUS=KILL ;;
  143) SERVICE_RESULT=signal EXIT_CODE=killed EXIT_STATUS=TERM ;;
esac
[ ! -e "$unit.why" ] || SERVICE_RESULT=timeout
while [ -e "$unit.slow" ]; do sleep 0.1; done
export SERVICE_RESULT EXIT_CODE EXIT_STATUS
$post
rm -f "$unit"
RUN
setsid dash "$units/$unit.sh" "$units/$unit" "$log" "$limit" "$post" "$@" </dev/null >/dev/null 2>&1 &
while [ ! -e "$units/$unit.started" ]; do sleep 0.02; done
`;

const systemctl = `#!/bin/dash
units=$BURNIN_ROOT/units
for unit; do :; done
echo "$*" >>"$units/asked"
if [ "$1" = show ]; then
  [ ! -e "$units/silent" ] || exit 1
  if [ -e "$units/$unit" ]; then echo ActiveState=deactivating; else echo ActiveState=inactive; fi
  exit 0
fi
[ -e "$units/$unit" ] || exit 5
case $1 in
  stop) kill -TERM "$(cat "$units/$unit")" ;;
  kill) kill -KILL "$(cat "$units/$unit")" ;;
esac
`;

/** Makes a host one where systemd runs, played by two small programs. */
export function installFakeSystemd(host: LocalHost): void {
  for (const dir of ['run/systemd/system', 'units']) mkdirSync(join(host.root, dir), { recursive: true });
  writeFileSync(join(host.bin, 'systemd-run'), systemdRun, { mode: 0o755 });
  writeFileSync(join(host.bin, 'systemctl'), systemctl, { mode: 0o755 });
}
