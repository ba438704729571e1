# shellcheck shell=bash
# The Go programs that the tests need, built once from their modules beside
# this folder and kept outside the tree, so that every checkout shares them.

CACHE=${STRAIT_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/strait}

# tool NAME: sets module, package and version. The version is the one that
# go.mod names, so that there is one place to change it.
tool()
{
	local dependency
	case $1 in
	kube-apiserver) module=kube dependency=k8s.io/kubernetes package=$dependency/cmd/kube-apiserver ;;
	etcd) module=etcd dependency=go.etcd.io/etcd/server/v3 package=$dependency ;;
	helm) module=helm dependency=helm.sh/helm/v3 package=$dependency/cmd/helm ;;
	*) die "no such tool: $1" ;;
	esac
	version=$(awk -v want="$dependency" '
		{ sub(/^require /, "") } $1 == want && $2 ~ /^v/ { print $2; exit }' "$TOP/e2e/$module/go.mod")
	[[ $version ]] || die "e2e/$module/go.mod requires no $dependency"
}

# tool_path NAME: where it is, or where it will be once it is built.
tool_path()
{
	local module package version assets=${KUBEBUILDER_ASSETS:-}
	if [[ $1 != helm && $assets && -x $assets/etcd && -x $assets/kube-apiserver ]]; then
		say "$assets/$1"
		return
	fi
	tool "$1"
	say "$CACHE/$1-${version#v}/$1"
}

# need_tool NAME: builds it when it is lacking.
need_tool()
{
	local path lock
	path=$(tool_path "$1")
	[[ -x $path ]] && return
	mkdir -p "${path%/*}"
	exec {lock}>"${path%/*}/lock"
	flock -n "$lock" || { note "$1: another checkout is building it; waiting" && flock "$lock"; }
	[[ -x $path ]] || build_tool "$1" "$path"
	exec {lock}>&-
}

# stamps NAME: the variables that the projects' own builds set, with the
# versions in go.mod. Without them kube-apiserver answers v0.0.0-master, which
# kubectl complains about, and helm takes the cluster for a 1.20.
stamps()
{
	local major minor variable
	case $1 in
	kube-apiserver)
		IFS=. read -r major minor _ <<<"${version#v}"
		say "-X k8s.io/component-base/version.gitVersion=$version" \
			"-X k8s.io/component-base/version.gitMajor=$major" \
			"-X k8s.io/component-base/version.gitMinor=$minor"
		;;
	helm)
		minor=$(sed -n 's,.*k8s.io/client-go v0\.\([0-9]*\)\..*,\1,p' "$TOP/e2e/helm/go.mod")
		say "-X helm.sh/helm/v3/internal/version.version=$version"
		for variable in pkg/lint/rules.k8sVersion pkg/chartutil.k8sVersion; do
			say "-X helm.sh/helm/v3/${variable}Major=1 -X helm.sh/helm/v3/${variable}Minor=$minor"
		done
		;;
	esac
}

build_tool()
{
	local module package version began=$SECONDS
	command -v go >/dev/null || die "go is not there: install Go 1.26 or later"
	tool "$1"
	note "$1 ${version#v}: building once for all checkouts, into $CACHE"
	GOWORK=off CGO_ENABLED=0 go -C "$TOP/e2e/$module" build -v -trimpath -buildvcs=false \
		-ldflags "-s -w $(stamps "$1" | tr '\n' ' ')" -o "$2.new" "$package" 2>&1 | progress "$1" "$2.log" ||
		{ tail -n 20 "$2.log" >&2; die "building $1 failed; all that go said is in $2.log"; }
	mv "$2.new" "$2"
	rm -f "$2.log"
	note "$1 ${version#v}: built in $((SECONDS - began)) s"
}

# progress NAME LOG: keeps what `go build -v` says, a package a line, and tells
# every five seconds how far it is; linking is silent, hence read's own clock.
progress()
{
	local line last='' packages=0 began=$SECONDS shown=$SECONDS
	: >"$2"
	while read -r -t 5 line || (($? > 128)); do
		if [[ $line ]]; then
			last=$line packages=$((packages + 1))
			printf '%s\n' "$line" >>"$2"
		fi
		if ((SECONDS - shown >= 5)); then
			shown=$SECONDS
			note "$1: $((SECONDS - began)) s, $packages steps${last:+, at $last}"
		fi
	done
}
