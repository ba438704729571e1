# shellcheck shell=bash
# What a scenario stands on: a fleet, a controller, a namespace, and waiting.
# Each runs in a subshell of e2e/run with STATE, a folder of its own; whatever
# it starts ends with it.

FLEETS=()      # names of those this scenario started
NS=''          # its namespace
FLEET=''       # the fleet that audit and hand speak of
TARGET=''      # its TargetCluster
AUDIT=''       # its audit log

# scenario_main NAME PLANE: PLANE is the state directory of its control plane.
scenario_main()
{
	SCENARIO=$1
	STATE=$RUN/log/$1
	# Two live at once: a controller that is killed leaves its folder behind.
	RUNTIME=$(mktemp -d "${TMPDIR:-/tmp}/strait-$1.XXXXXX")
	export STRAIT_E2E_DIR=$2 STRAIT_SIM=$SIM
	trap 'scenario_end $?' EXIT
	use_servers
	# shellcheck disable=SC1090
	. "$TOP/e2e/scenarios/$1.sh"
	new_namespace "$1"
	scenario
}

# use_servers: KUBECONFIG, REDIS_URL and the like, of the control plane as it is
# now. Its network is for one fleet; ours take those of their slots.
use_servers()
{
	eval "$("$TOP/e2e/cluster" env)"
	unset STRAIT_FLEET_NET
}

scenario_end()
{
	local status=$1 name file lanes
	trap '' TERM
	# A lane ends by itself what this does not know of.
	readarray -t lanes < <(jobs -p)
	((!${#lanes[@]})) || kill -s TERM "${lanes[@]}" 2>/dev/null || :
	wait || :
	((status == 0 || status == 130)) || evidence
	[[ ! $keep ]] || transcripts
	for file in "$STATE"/*.pid; do
		[[ ! -f $file ]] || stop "$(basename "$file" .pid)"
	done
	for name in "${FLEETS[@]}"; do
		"$TOP/e2e/fleet" --name "$name" down >/dev/null 2>&1 || :
	done
	rm -rf "$RUNTIME"
	[[ ! ${STRAIT_WATCH_NAMESPACE:-} ]] || clean_namespace
}

# evidence: what somebody needs who was not there.
evidence()
{
	local file name
	set +e
	for file in "$STATE"/controller*.log; do
		[[ -f $file ]] || continue
		say "--- ${file##*/}, its end"
		tail -n 40 "$file"
	done
	if [[ $NS ]]; then
		say "--- kubectl get, describe ($NS)"
		k get clop,targetclusters -o wide --request-timeout 5s
		for name in $(k get clop --no-headers --request-timeout 5s | awk '!/ Succeeded /{print $1}'); do
			k describe clop "$name" --request-timeout 5s
		done
	fi
	for name in "${FLEETS[@]}"; do
		say "--- fleet $name: violations, the audit's end"
		"$TOP/e2e/fleet" --name "$name" violations
		"$TOP/e2e/fleet" --name "$name" audit | tail -n 60
	done
}

# transcripts: what e2e/run --keep leaves beside the logs.
transcripts()
{
	local name
	for name in "${FLEETS[@]}"; do
		"$TOP/e2e/fleet" --name "$name" audit >"$STATE/$name.audit" || :
	done
	k describe clop,targetclusters --request-timeout 5s >"$STATE/objects" || :
}

# fail SENTENCE: the scenario's end.
fail() { note "FAILED (${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}, ${FUNCNAME[1]}): $*"; exit 1; }
# check SENTENCE COMMAND...: the command must succeed; soon, for what is told
# (status, Event, watch) lags behind what is done.
check()
{
	local what=$1 deadline=$(($(now_ms) + 3000))
	shift
	until "$@" >"$STATE/check"; do
		(($(now_ms) < deadline)) || { cat "$STATE/check"; fail "$what"; }
		sleep 0.1
	done
	say "ok: $what"
}
# figure TEXT: for the scenario's line.
figure() { say "$*" >>"$STATE/figures"; }

now_ms() { local t=${EPOCHREALTIME/[.,]/}; say "${t%???}"; }
# seconds FROM [TO]: of times in ms, as "12.3 s".
seconds()
{
	local ms=$((${2:-$(now_ms)} - $1))
	printf '%d.%d s' $((ms / 1000)) $((ms % 1000 / 100))
}

# within SECONDS SENTENCE COMMAND...: until the command succeeds.
within()
{
	local limit=$1 what=$2 deadline=$(($(now_ms) + $1 * 1000))
	shift 2
	until "$@"; do
		(($(now_ms) < deadline)) || fail "not within $limit s: $what"
		sleep 0.1
	done
	say "ok: $what"
}

# background COMMAND...: its end can be waited for, and a signal is heard meanwhile.
background() { "$@" & wait $!; }

# says REGEX: the input does. It is read to its end: a grep -q that leaves early
# would fail whoever still writes.
says() { grep -E "$@" >/dev/null; }

k() { kubectl --namespace "$NS" "$@"; }

# new_namespace NAME: objects and their controller apart from all others. On a
# cluster that is not ours there is one, and one scenario at a time.
new_namespace()
{
	NS=${STRAIT_WATCH_NAMESPACE:-e2e-$1}
	[[ ${STRAIT_WATCH_NAMESPACE:-} ]] || kubectl create namespace "$NS" >/dev/null
}

clean_namespace()
{
	k delete clop,targetclusters,workflows --all --wait=false >/dev/null 2>&1 || :
	k patch clop --all --type merge --patch '{"metadata":{"finalizers":null}}' >/dev/null 2>&1 || :
}

# --- fleets

# fleet_up NAME OPTION...: and its objects applied. Sets FLEET, TARGET, AUDIT,
# PORT; PORT and the next are free for the controllers.
fleet_up()
{
	FLEET=$SCENARIO-$1 TARGET=sim-$1
	shift
	FLEETS+=("$FLEET")
	fleet up --cluster-name "$TARGET" "$@"
	fleet manifests >"$STATE/$FLEET.yaml"
	eval "$(fleet env)"
	AUDIT=$STRAIT_FLEET_AUDIT PORT=$((${STRAIT_SIM_CONTROL##*:} + 2))
}

# fleet_use NAME: one of several is spoken of from now on.
fleet_use() { FLEET=$SCENARIO-$1 TARGET=sim-$1 AUDIT=$STRAIT_E2E_DIR/fleet-$SCENARIO-$1/audit; }

fleet() { "$TOP/e2e/fleet" --name "$FLEET" "$@"; }
hand() { say "by hand: $1 $2"; fleet hand "$@"; }
apply_fleet() { k apply -f "$STATE/$FLEET.yaml" >/dev/null; }

# --- controllers

# Short times: these tests wait for every one of them.
QUICK=(--stable-window 500ms --lease-duration 2s --connect-timeout 1s)

# controller NAME [FLAG...]: started with the rights of the chart.
controller()
{
	local name=$1
	shift
	mkdir -p "$RUNTIME/$name"
	start "$name" "$CONTROLLER" --kubeconfig "$STRAIT_KUBECONFIG" --redis-url "$REDIS_URL" --namespace "$NS" \
		--lease-name "$NS" --http-address "127.0.0.1:$PORT" --runtime-dir "$RUNTIME/$name" \
		--identity "$name-${EPOCHREALTIME/[.,]/}" "${QUICK[@]}" "$@"
}

leads() { curl -fsS -m 2 "http://127.0.0.1:$PORT/metrics" 2>/dev/null | says "^strait_leader 1$"; }
# logged REGEX: by the controller as it runs now, not by one before it.
logged() { awk '/ begins, as / { text = "" } { text = text "\n" $0 } END { print text }' "$STATE/controller.log" | says "$1"; }
# ended NAME: that process is gone.
ended() { ! alive "$1"; }

# replays FILE: what --record wrote there, stepped again, gives the same decisions; and no key is in it.
replays()
{
	local key
	key=$(awk '/ssh-privatekey:/ { print $2; exit }' "$STATE/$FLEET.yaml")
	((${#key} > 200)) || { say "there is no key to look for"; return 1; }
	! grep -oF -e "${key:100:60}" -e "$(base64 -d <<<"$key" | sed -n 3p)" "$1" || { say "a host's key is in it"; return 1; }
	"$REPLAY" "$1" >"$STATE/replay" 2>&1 || { tail -n 3 "$STATE/replay"; return 1; }
	figure "$(tail -n 1 "$STATE/replay")"
}
