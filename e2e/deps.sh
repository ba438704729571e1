#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks. Says nothing
# when nothing is lacking.
set -euo pipefail

PACKAGES=(
	gcc clang libclang-rt-14-dev make pkg-config
	libuv1-dev libcurl4-openssl-dev libhiredis-dev libwebsockets-dev libwebsockets-evlib-uv
	libcjson-dev libyaml-dev uthash-dev libcmocka-dev
	openssh-server openssh-client redis-server openssl curl
	pmccabe valgrind
	prometheus
)

die() { printf 'deps: %s\n' "$*" >&2; exit 1; }

lacking()
{
	local installed
	# It fails when it does not know a package, which is what we want to hear.
	installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${PACKAGES[@]}" 2>/dev/null || :)
	installed=$(sed -n 's/^installed //p' <<<"$installed")
	printf '%s\n' "${PACKAGES[@]}" | grep -vxF "$installed" || :
}

# The policy keeps redis-server and sshd from starting as services: the tests
# start their own. One that is there already is left alone.
# shellcheck disable=SC2016
INSTALL='
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
	trap "rm -f $policy" EXIT
	trap "exit 130" INT TERM
	printf "#!/bin/sh\nexit 101\n" >$policy
	chmod 755 $policy
fi
export DEBIAN_FRONTEND=noninteractive
# A machine that has never fetched the lists, or long ago, knows no package.
apt-get install -y -qq --no-install-recommends "$@" ||
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends "$@"; }
# Nor at the next boot: this one would watch the machine.
case " $* " in *" prometheus "*) systemctl disable --quiet prometheus 2>/dev/null || : ;; esac
'

main()
{
	local go want root=()
	command -v dpkg-query >/dev/null || die "this is not Debian; install the equivalents of: ${PACKAGES[*]}"
	readarray -t want < <(lacking)
	if ((${#want[@]})); then
		if ((EUID != 0)); then
			sudo -n true 2>/dev/null || die "as root: apt-get install ${want[*]}"
			root=(sudo -n)
		fi
		printf 'deps: installing %s\n' "${want[*]}"
		"${root[@]}" sh -c "$INSTALL" sh "${want[@]}" >/dev/null || die "apt-get install ${want[*]} failed"
	fi

	command -v go >/dev/null || die "go is not there: install Go 1.26 or later from https://go.dev/dl and put it on PATH"
	go=$(go env GOVERSION)
	[[ $(printf '%s\n' go1.26 "$go" | sort -V | head -n 1) == go1.26 ]] ||
		die "$go is too old: install Go 1.26 or later from https://go.dev/dl"
	command -v kubectl >/dev/null || die "kubectl is not there: install 1.30 or later from https://kubernetes.io/docs/tasks/tools"
}

main
