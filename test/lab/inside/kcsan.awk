# Removes what KCSAN reports of the kernel's own races, for example of its timer tick: only a report whose title names one of
# our modules counts. The title of a report names the two functions that race.
/BUG: KCSAN/ && !/\[(kvminfo|taskinfo)\]/ { foreign = 1; next }
foreign { if (/=====/) foreign = 0; next }
{ print }
