# Two small programs that each run takes along in its directory, so that no quoting of a unit file can change them.
# shellcheck shell=dash
# shellcheck disable=SC2154

# write_claim: the program that claims the device and becomes badblocks.
# claim DEVICE NUMBER PIDFILE COMMAND…: exit 76 the device is in use, 77 it is another one, 78 no pid file; else it
# is COMMAND, still with the exclusive descriptor, so that the kernel's claim lives and dies with the writer.
write_claim() {
  if [ "$CLAIM_WITH" = perl ]; then claim_in_perl; else claim_in_python; fi
}

claim_in_perl() {
  cat <<'PERL'
use strict;
use Fcntl;
my ($device, $number, $pidfile, @command) = @ARGV;
sub fail { my ($status, $text) = @_; print STDERR "claim: $text\n"; exit $status }
sysopen(my $claim, $device, O_RDWR | O_EXCL) or fail(76, "$device: $!");
my @stat = stat $claim;
my $rdev = $stat[6];
my $found = ((($rdev >> 8) & 0xfff) | (($rdev >> 32) & ~0xfff)) . ':' . (($rdev & 0xff) | (($rdev >> 12) & 0xfff00));
# A rehearsal's devices are plain files and have no number.
my $is_rehearsal = length($ENV{BURNIN_ROOT} // '') && -f _;
fail(77, "$device is $found, not $number") unless $found eq $number || $is_rehearsal;
fcntl($claim, F_SETFD, 0) or fail(78, "descriptor: $!");
my $self;
open($self, '<', ($ENV{BURNIN_ROOT} // '') . "/proc/$$/stat") or open($self, '<', '/proc/self/stat') or fail(78, "stat: $!");
my ($after) = <$self> =~ /.*\) (.*)/;
my $start = (split ' ', $after)[19];
open(my $pid, '>', "$pidfile.tmp") or fail(78, "$pidfile: $!");
(print $pid "$$ $start\n") && close($pid) && rename("$pidfile.tmp", $pidfile) or fail(78, "$pidfile: $!");
exec { $command[0] } @command or fail(78, "$command[0]: $!");
PERL
}

claim_in_python() {
  cat <<'PYTHON'
import os, stat, sys
device, number, pidfile, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
def fail(status, text):
    sys.stderr.write("claim: %s\n" % text)
    sys.stderr.flush()
    os._exit(status)
try:
    claim = os.open(device, os.O_RDWR | os.O_EXCL)
except OSError as error:
    fail(76, "%s: %s" % (device, error.strerror))
try:
    seen = os.fstat(claim)
    found = "%d:%d" % (os.major(seen.st_rdev), os.minor(seen.st_rdev))
    # A rehearsal's devices are plain files and have no number.
    is_rehearsal = os.environ.get("BURNIN_ROOT") and stat.S_ISREG(seen.st_mode)
    if found != number and not is_rehearsal:
        fail(77, "%s is %s, not %s" % (device, found, number))
    os.set_inheritable(claim, True)
    own = "%s/proc/%d/stat" % (os.environ.get("BURNIN_ROOT", ""), os.getpid())
    with open(own if os.path.exists(own) else "/proc/self/stat") as file:
        start = file.read().rpartition(") ")[2].split()[19]
    with open(pidfile + ".tmp", "w") as file:
        file.write("%d %s\n" % (os.getpid(), start))
    os.rename(pidfile + ".tmp", pidfile)
    os.execvp(command[0], command)
except OSError as error:
    fail(78, str(error))
PYTHON
}

# write_finish: the program that writes the result, by rename, when the writer has ended.
# finish STATUS (of the setsid form) or `finish unit` (below systemd, which tells by variables).
write_finish() {
  cat <<FINISH
dir='$DIR' root='$R' kname='$D_NAME' started='${UP%.*}' deadline='$DEADLINE'
FINISH
  cat <<'FINISH'
case $1 in
  unit)
    case ${EXIT_STATUS:-} in
      HUP) signal=1 ;;
      INT) signal=2 ;;
      KILL) signal=9 ;;
      PIPE) signal=13 ;;
      TERM) signal=15 ;;
      *) signal=${EXIT_STATUS:-unknown} ;;
    esac
    case ${EXIT_CODE:-} in
      exited) how="exit $EXIT_STATUS" ;;
      *) how="signal $signal" ;;
    esac
    ;;
  stopped) how=stopped ;;
  *) if [ "$1" -gt 128 ]; then how="signal $(($1 - 128))"; else how="exit $1"; fi ;;
esac
up=- read=- written=-
read -r up _ <"$root/proc/uptime"
{ read -r _ _ read _ _ _ written _ <"$root/sys/block/$kname/stat"; } 2>/dev/null
case $how in
  'exit 0' | 'exit 75' | 'exit 76' | 'exit 77') ;;
  # BusyBox's timeout does not tell with 124.
  *) if [ "$how" = 'exit 124' ] || [ $((${up%.*} - started)) -ge "$deadline" ]; then how=timeout; fi ;;
esac
printf '%s\nuptime %s\nsectors %s %s\n' "$how" "$up" "$read" "$written" >"$dir/result.tmp" &&
  mv "$dir/result.tmp" "$dir/result"
FINISH
}
