# shellcheck shell=bash
# What the simulator's audit log must say. Its lines, one for each thing that
# happened:
#	cluster=C t=MS node=N zone=D/R event=drain source=controller mode=NORMAL down=0

# audit [CLUSTER]: the lines since the last mark.
audit()
{
	awk -v cluster="${1:-}" '
		cluster != "" && $1 != "cluster=" cluster { next }
		/ event=mark / { n = 0; next }
		{ line[n++] = $0 }
		END { for (i = 0; i < n; i++) print line[i] }' "$AUDIT"
}

# happened NODE EVENT [SOURCE]: since the last mark.
happened() { audit | says " node=$1 .* event=$2 source=${3:-.*}( |$)"; }
# times NODE EVENT [SOURCE]: how often.
times() { audit | grep -cE " node=$1 .* event=$2 source=${3:-.*}( |$)" || :; }
# acts: all that the controller sent, in order, as "drain:db-a-1 stop:db-a-1".
acts()
{
	audit | sed -nE 's/.* node=([^ ]*) .* event=(drain|stop|start|restart) source=controller .*/\2:\1/p' | paste -sd' '
}
untouched() { [[ ! $(acts) ]]; }
no_violations()
{
	local verdict
	verdict=$(fleet violations)
	[[ $verdict == 'violations=0 '* ]] || fail "the oracle: $verdict"
}
mark() { fleet mark; }

# rolled LIMIT [CLUSTER [any]]: each of the cluster's nodes was drained, stopped and
# started exactly once and serves; zone by zone in order, or in any order of zones; at
# most LIMIT down; never two zones. Down is a node from its drain's arrival until it serves.
rolled()
{
	local nodes
	nodes=$(fleet nodes | sed -nE "s/^cluster=${2:-.*} node=([^ ]*) .* zone=([^ ]*) .*/\1 \2/p")
	audit "${2:-}" | awk -v limit="$1" -v nodes="$nodes" -v order="${3:-by zone}" '
		function bad(why) { print "rolled: " why; failed = 1 }
		BEGIN { n = split(nodes, planned, "\n") }
		{
			for (i = 2; i <= NF; i++) { at = index($i, "="); field[substr($i, 1, at - 1)] = substr($i, at + 1) }
			node = field["node"]; zone = field["zone"]; event = field["event"]
		}
		event == "violation" { bad("the oracle: " $0) }
		field["source"] != "controller" { next }
		event ~ /^(drain|stop|start|restart)$/ { did[node] = did[node] " " event; count[node, event]++ }
		event == "drain" {
			if (!(node in down)) ndown++
			down[node] = zone
			if (ndown > limit) bad(ndown " nodes down at " $0)
			for (other in down) if (down[other] != zone) bad(other " of another zone is down at " $0)
			if (order == "by zone" && zone < last) bad("zone " zone " after " last)
			last = zone
		}
		event == "serving" && node in down { delete down[node]; ndown--; served[node] = 1 }
		END {
			for (i = 1; i <= n; i++) {
				split(planned[i], word, " ")
				if (did[word[1]] != " drain stop start") bad(word[1] " saw:" did[word[1]])
				if (!served[word[1]]) bad(word[1] " does not serve")
			}
			exit failed
		}'
}

# two_down: at some time two were down at once.
two_down()
{
	audit | awk '/ event=drain source=controller/ { if (++down == 2) seen = 1 } / event=serving source=controller/ { down-- }
		END { exit !seen }'
}

# truthful NAME: what the watch showed was so. Progress never fell, never told
# of more nodes than served again, nor lagged behind by more than the windows
# after a node and a write a second allow; the zone shown is the one at work.
truthful()
{
	audit | sed -nE 's/.* t=([0-9]*) node=([^ ]*) zone=([^ ]*) event=(drain|serving) source=controller.*/\1|\4|\2|\3/p' |
		sort -n - <(grep -F "|$1|" "$STATE/watch") | awk -F '|' -v grace=5000 '
		function bad(why) { print "truthful: " why " at " $0; failed = 1 }
		# A step of the next zone may be told before its drain arrives, of no other.
		$2 == "drain" { zone = $4; if (ahead != "" && ahead != zone) bad("zone " ahead " was told"); ahead = ""; next }
		$2 == "serving" { at[++served] = $1; next }
		$4 == "" { next }
		{
			split($4, part, "/"); done = part[1]; lines++
			if (done + 0 < before + 0) bad("progress fell from " before)
			if (done > served) bad("only " served + 0 " serve")
			if (done + 1 <= served && $1 - at[done + 1] > grace) bad("late: " served " serve")
			if ($5 != "" && $5 != zone && done >= served) ahead = $5
			before = done
		}
		END { if (lines < 5) bad("only " lines + 0 " lines"); exit failed }'
}

# --- the journal

journal() { redis-cli -u "$REDIS_URL" --raw xrange "strait:{$1}:log" - +; }

# intended UID [EXCUSED...]: every act that arrived at a node had been journaled
# before. EXCUSED are "NODE:ACT" that were sent on the intent of the act they
# restore from, with Redis away.
intended()
{
	local uid=$1
	shift
	{
		journal "$uid" | awk '
			/^[0-9]+-[0-9]+$/ { split($0, id, "-"); next }
			/ intended / { n = split($0, part, "; "); for (i = 1; i <= n; i++) if (part[i] ~ / intended /) print id[1], "intent", part[i] }'
		audit | sed -nE 's/.* t=([0-9]*) node=([^ ]*) .* event=(drain|stop|start|restart) source=controller .*/\1 act \2 \3/p'
	} | sort -s -n -k1,1 | awk -v excused=" $* " '
		$2 == "intent" { sub(/^[^\/]*\//, "", $3); sub(/:$/, "", $3); intent[$3, $4]++; next }
		index(excused, " " $3 ":" $4 " ") { next }
		intent[$3, $4]-- < 1 { print "intended: no intent before " $0; failed = 1 }
		END { exit failed }'
}
