#!/bin/sh
# Gives SCHED_OTHER to all threads of each VM whose lease ended more than 5 s ago, which the actuator should have done, and
# the nice values that they had before. $1: /run/kvminfo. $2: /proc, for tests. $3: `all` ends every lease, due or not.
# A lease is a file <pid>-<start tick> with the text `<until> <first>`, seconds since boot (src/actuator/leases.ts).
set -u
cd "$1/leases" || exit 1
proc=${2:-/proc} failed=0
# Field 22 of stat(5). A name can contain blanks and parentheses, the fields after it cannot.
tick() { sed -n '$s/.*) //p' "$1/stat" 2> /dev/null | cut -d' ' -f20; }
IFS=. read -r now _ < "$proc/uptime"
for name in [1-9]*-*; do
  pid=${name%%-*} start=${name#*-} until='' first='' changes=../changes/$name
  case $pid$start in *[!0-9]*) continue ;; esac
  if [ "$(tick "$proc/$pid")" = "$start" ]; then
    [ -f "$name" ] && [ ! -L "$name" ] && read -r until first < "$name"
    # What makes no sense has ended.
    case $until in '' | 0* | *[!0-9]* | ???????????*) until=0 ;; esac
    case $first in '' | 0?* | *[!0-9]* | ???????????*) until=0 first=0 ;; esac
    [ "$until" -gt $((first + 86400)) ] && until=$((first + 86400))
    [ "${3-}" != all ] && [ "$first" -le "$now" ] && [ "$now" -lt $((until + 5)) ] && continue
    chrt --all-tasks --other --pid 0 "$pid" || { failed=1 && continue; }
    [ -f "$changes" ] && [ ! -L "$changes" ] || changes=/dev/null
    while read -r kind tid started was _ _ nice _ set policy _; do
      case "$kind $was $set $policy" in 'thread was set '[12]) ;; *) continue ;; esac
      case $tid$nice in *[!0-9-]*) continue ;; esac
      [ "$(tick "$proc/$pid/task/$tid")" = "$started" ] || continue
      renice --priority "$nice" --pid "$tid" > /dev/null || failed=1
    done < "$changes"
    echo "process $pid: its lease has ended; its threads have SCHED_OTHER now"
  fi
  rm -rf -- "$name"
done
exit $failed
