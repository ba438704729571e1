# shellcheck shell=bash
# What the measurements share: figures, the controller, operations, the simulator's log of requests.
# shellcheck disable=SC2154,SC2034 # what e2e/bench sets, and what measure.sh reads

# --- figures ---

above=0 # how many figures are above their target

# figure NAME VALUE UNIT [TARGET]: a line of the table; at most TARGET is wanted.
figure()
{
	local judgement=''
	if [[ $2 == - ]]; then
		judgement='not measured'
		[[ ! ${4:-} ]] || above=$((above + 1))
	elif [[ ${4:-} ]]; then
		if awk -v value="$2" -v target="$4" 'BEGIN { exit !(value + 0 <= target + 0) }'; then
			judgement="<= $4  OK"
		else
			judgement="<= $4  ABOVE"
			above=$((above + 1))
		fi
	fi
	printf '  %-58s %9s %-4s %s\n' "$1" "$2" "$3" "$judgement"
}

# least NAME VALUE UNIT TARGET: as figure, and at least TARGET is wanted.
least()
{
	local judgement=OK
	if ! awk -v value="$2" -v target="$4" 'BEGIN { exit !(value + 0 >= target + 0) }'; then
		judgement=BELOW
		above=$((above + 1))
	fi
	printf '  %-58s %9s %-4s >= %s  %s\n' "$1" "$2" "$3" "$4" "$judgement"
}

title() { printf '\n%s\n' "$*"; }

# percentile P FILE: of a file of numbers; "-" when it has none.
percentile()
{
	sort -n "$2" | awk -v p="$1" '{ v[NR] = $1 } END {
		if (!NR) { print "-"; exit }
		i = int(NR * p / 100 + 0.999999); if (i < 1) i = 1; if (i > NR) i = NR
		printf "%.2f\n", v[i] }'
}

# quantiles NAME FILE UNIT [P50-TARGET [P99-TARGET]]
quantiles()
{
	local n
	n=$(wc -l <"$2")
	figure "$1, p50 of $n" "$(percentile 50 "$2")" "$3" "${4:-}"
	figure "$1, p99" "$(percentile 99 "$2")" "$3" "${5:-}"
}

# ratio A B [DIGITS]
ratio() { awk -v a="$1" -v b="$2" -v d="${3:-2}" 'BEGIN { printf "%.*f\n", d, b ? a / b : 0 }'; }

now_us() { printf '%s\n' "${EPOCHREALTIME/[.,]/}"; }

# until_true SECONDS COMMAND...: by the command's own pace; fails when the time is over.
until_true()
{
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		((SECONDS < end)) || return 1
		sleep 0.02
	done
}

# --- the controller ---

controller=''

# http PATH: of the controller, without the start of a program.
http()
{
	local line body=''
	exec {web}<>"/dev/tcp/127.0.0.1/$http_port" || return 1
	printf 'GET %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n' "$1" >&"$web"
	read -r -t 5 line <&"$web" || line=''
	if [[ $line == *' 200 '* ]]; then
		body=$(timeout 5 cat <&"$web")
	fi
	exec {web}>&-
	[[ $line == *' 200 '* ]] && printf '%s\n' "$body"
}

# start_controller OPTION...: sets controller and started (us). Its log is "$DIR/controller.log".
start_controller()
{
	started=$(now_us)
	"$BUILD/strait-controller" --kubeconfig "$STRAIT_KUBECONFIG" --redis-url "$redis_url" --log-level warn \
		--http-address "127.0.0.1:$http_port" --no-leader-election --runtime-dir "$DIR" "$@" \
		</dev/null >>"$DIR/controller.log" 2>&1 &
	controller=$!
	until http /readyz >/dev/null 2>&1; do
		kill -0 "$controller" 2>/dev/null || { tail -n 5 "$DIR/controller.log" >&2; die "the controller has ended"; }
	done
	ready=$(now_us)
	kill -0 "$controller" 2>/dev/null || die "port $http_port is somebody else's: see what listens there"
}

# settle: until what the start needed has been given back.
settle() { until_true 15 settled; }
settled() { (($(now_us) - started > 12500000)); }

stop_controller()
{
	[[ $controller ]] || return 0
	kill "$controller" 2>/dev/null || :
	wait "$controller" 2>/dev/null || :
	controller=''
}

# metric NAME: its value now.
metric() { http /metrics | awk -v name="$1" '$1 == name { print $2 }'; }

clusters_ready() { [[ $(metric strait_clusters_ready) == "$1" ]]; }

# quiet: no operation that has not ended, and COUNT have succeeded.
succeeded()
{
	http /metrics | awk -v want="$1" '
		$1 == "strait_operations_succeeded_total" { done = $2 }
		$1 ~ /^strait_operations\{/ { open += $2 }
		END { exit !(done >= want && open == 0) }'
}

# cpu_ms PID: used by all its threads so far.
cpu_ms()
{
	if [[ -r /proc/$1/schedstat ]]; then
		cat "/proc/$1"/task/*/schedstat | awk '{ ns += $1 } END { printf "%.0f\n", ns / 1e6 }'
	else
		# shellcheck disable=SC2046
		set -- $(cut -d')' -f2 "/proc/$1/stat")
		echo $((10 * (${12} + ${13})))
	fi
}

# memory PID FIELD: of /proc/PID/status, in MiB.
memory() { awk -v field="$2:" '$1 == field { printf "%.1f\n", $2 / 1024 }' "/proc/$1/status"; }

# --- operations ---

# operation NAME CLUSTER WORKFLOW [NODE...]: its JSON, on a line.
operation()
{
	local targets=''
	(($# < 4)) || targets=",\"targets\":{\"nodes\":[$(printf '"%s"\n' "${@:4}" | paste -sd,)]}"
	printf '{"apiVersion":"strait.dev/v1alpha1","kind":"ClusterOperation","metadata":{"name":"%s"},"spec":{%s%s}}\n' \
		"$1" "\"cluster\":\"$2\",\"workflow\":\"$3\"" "$targets"
}

# open_post: a connection to the API server; create's lines go through it.
open_post()
{
	coproc POST { "$DIR/post" "$api_server/apis/strait.dev/v1alpha1/namespaces/$STRAIT_NAMESPACE/clusteroperations" \
		"$DIR/ca.crt" "$api_token" 2>>"$DIR/post.log"; }
	# shellcheck disable=SC2153
	exec {post_in}>&"${POST[1]}" {post_out}<&"${POST[0]}"
	# shellcheck disable=SC1083 # bash takes an element of an array there
	exec {POST[1]}>&- {POST[0]}<&-
}

close_post()
{
	exec {post_in}>&- {post_out}<&-
	wait "$POST_PID" 2>/dev/null || :
}

# create NAME CLUSTER WORKFLOW [NODE]: sets sent and replied (us).
create()
{
	local status
	operation "$@" >&"$post_in"
	read -r -t 20 sent replied status <&"$post_out" || status=nothing
	[[ $status == 201 ]] || die "the API server answers $status to a ClusterOperation: $(tail -n 1 "$DIR/post.log")"
}

delete_operations()
{
	kubectl delete --raw "/apis/strait.dev/v1alpha1/namespaces/$STRAIT_NAMESPACE/clusteroperations" >/dev/null
}

# --- what arrived at the nodes ---

# requests: the log so far, in the order of arrival: "AT ANSWERED CLUSTER NODE METHOD PATH".
requests()
{
	control /nodes >/dev/null # it writes the log out
	sed -E 's/(at|answered|cluster|node|status)=//g' "$DIR/requests" | sort -n | cut -d' ' -f1-4,6-
}

control() { curl -fsS -m 20 "$STRAIT_SIM_CONTROL$1" "${@:2}"; }

clear_requests() { control /nodes >/dev/null && : >"$DIR/requests"; }

# requests_of METRIC-FILE: of the API server, those that Strait's objects cost.
api_requests()
{
	kubectl get --raw /metrics | awk '
		/^apiserver_request_total\{/ && (/group="strait.dev"/ || /resource="events"/) && !/verb="WATCH"/ {
			verb = $0; sub(/.*verb="/, "", verb); sub(/".*/, "", verb)
			what = $0; sub(/.*[{,]resource="/, "", what); sub(/".*/, "", what)
			sub_ = $0; if (!sub(/.*subresource="/, "", sub_)) sub_ = ""; sub(/".*/, "", sub_)
			sum[verb " " what (sub_ != "" ? "/" sub_ : "")] += $NF
		}
		END { for (key in sum) print sum[key], key }'
}
