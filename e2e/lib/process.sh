# shellcheck shell=bash
# Servers of ours, each known by a file NAME.pid that holds its process id and
# its start time: an id alone may be somebody else's when we come back to it.

STARTED=() # by this run: what is ended again when this run fails

# A signal ends the run, though never between a server's start and its record.
holding='' interrupted=''
interrupt()
{
	interrupted=yes
	[[ $holding ]] || exit 130
}

# start_time PID: in clock ticks since boot; fails when it is gone or a zombie.
start_time()
{
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
	# The second field is the program's name, and may hold anything.
	# shellcheck disable=SC2086
	set -- ${stat##*) }
	[[ $1 != [ZX] ]] && say "${20}"
}

# pid_of NAME: its process id, if that is still the process we started.
pid_of()
{
	local noted pid since
	[[ -f $STATE/$1.pid ]] || return 1
	noted=$(<"$STATE/$1.pid")
	pid=${noted% *}
	# Nothing is noted of one that ended at once.
	since=$(start_time "$pid") && [[ $since == "${noted#* }" ]] && say "$pid"
}

alive() { pid_of "$1" >/dev/null; }

# start NAME COMMAND...: in a session of its own, out of reach of our Ctrl-C.
start()
{
	local name=$1
	shift
	alive "$name" && return
	STARTED+=("$name")
	holding=yes
	setsid "$@" </dev/null >>"$STATE/$name.log" 2>&1 8>&- &
	say "$! $(start_time $!)" >"$STATE/$name.pid"
	holding=''
	[[ ! $interrupted ]] || exit 130
}

# stop NAME [SIGNAL]: and see it gone.
stop()
{
	local pid tries
	for ((tries = 0; ; tries++)); do
		pid=$(pid_of "$1") || break
		((tries != 0)) || kill -s "${2:-TERM}" "$pid" 2>/dev/null || :
		((tries != 100)) || kill -s KILL "$pid" 2>/dev/null || :
		sleep 0.1
	done
	rm -f "$STATE/$1.pid"
}

# await NAME SECONDS COMMAND...: until the server answers to the command.
await()
{
	local name=$1 deadline=$((SECONDS + $2))
	shift 2
	until "$@" >/dev/null 2>&1; do
		alive "$name" || blame "$name" "ended while starting"
		((SECONDS < deadline)) || blame "$name" "is not ready"
		sleep 0.1
	done
}

blame()
{
	tail -n 15 "$STATE/$1.log" >&2
	die "$1 $2; its log is $STATE/$1.log"
}
