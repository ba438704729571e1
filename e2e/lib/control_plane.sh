# shellcheck shell=bash
# The servers: etcd and kube-apiserver, and Redis. Every start_* does nothing
# when its server runs already.

# certificate NAME SUBJECT EXTENSION...: NAME.key and NAME.crt, signed by ca,
# which signs itself.
certificate()
{
	local name=$1 subject=$2 signer=() extension
	shift 2
	[[ $name == ca ]] || signer=(-CA ca.crt -CAkey ca.key)
	for extension; do
		signer+=(-addext "$extension")
	done
	# A configuration without extensions of its own: openssl's default one
	# makes every certificate an authority.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
		-config <(printf '[req]\ndistinguished_name = dn\n[dn]\n') \
		-keyout "$name.key" -out "$name.crt" -subj "$subject" "${signer[@]}"
}

make_keys()
{
	[[ -f $STATE/pki/done ]] && return
	mkdir -p "$STATE/pki"
	(
		umask 077
		cd "$STATE/pki"
		certificate ca /CN=strait-e2e basicConstraints=critical,CA:TRUE keyUsage=keyCertSign
		certificate server /CN=kube-apiserver subjectAltName=IP:127.0.0.1,DNS:localhost extendedKeyUsage=serverAuth
		certificate admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
		openssl ecparam -name prime256v1 -genkey -noout -out accounts.key
		printf '%s,admin,admin,"system:masters"\n' "$(openssl rand -hex 20)" >tokens.csv
	) >"$STATE/pki.log" 2>&1 || { tail -n 5 "$STATE/pki.log" >&2; die "openssl failed; see $STATE/pki.log"; }
	: >"$STATE/pki/done"
}

start_etcd()
{
	local url=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$((etcd_port + 1))
	# Without fsync: this data need not survive the machine.
	start etcd "$(tool_path etcd)" --unsafe-no-fsync --data-dir "$STATE/etcd" --log-level warn \
		--listen-client-urls "$url" --advertise-client-urls "$url" \
		--listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "default=$peer"
}

start_apiserver()
{
	local pki=$STATE/pki url=https://127.0.0.1:$apiserver_port
	# There is no controller manager to make the accounts' tokens or to fill
	# in default accounts, hence no ServiceAccount admission; and no node that
	# would need an address of the API server.
	start apiserver "$(tool_path kube-apiserver)" --etcd-servers "http://127.0.0.1:$etcd_port" \
		--bind-address 127.0.0.1 --secure-port "$apiserver_port" \
		--advertise-address 127.0.0.1 --endpoint-reconciler-type none \
		--tls-cert-file "$pki/server.crt" --tls-private-key-file "$pki/server.key" \
		--client-ca-file "$pki/ca.crt" --token-auth-file "$pki/tokens.csv" \
		--service-account-issuer "$url" --api-audiences "$url" \
		--service-account-key-file "$pki/accounts.key" --service-account-signing-key-file "$pki/accounts.key" \
		--service-cluster-ip-range 10.0.0.0/24 --authorization-mode RBAC --allow-privileged \
		--disable-admission-plugins ServiceAccount
}

# Each write on disk before its answer: the durability that the journal's
# promises are made for.
start_redis()
{
	mkdir -p "$STATE/redis"
	start redis redis-server --bind 127.0.0.1 --port "$redis_port" --dir "$STATE/redis" \
		--appendonly yes --appendfsync always --save '' --daemonize no
}

apiserver_ready() { curl -fsS -m 5 --cacert "$STATE/pki/ca.crt" "https://127.0.0.1:$apiserver_port/readyz"; }
redis_ready() { [[ $(redis-cli -h 127.0.0.1 -p "$redis_port" ping) == PONG ]]; }

await_apiserver() { await apiserver 60 apiserver_ready; }
await_redis() { await redis 20 redis_ready; }

# kubeconfig USER CREDENTIALS: for our own API server.
kubeconfig()
{
	cat <<-EOF
		apiVersion: v1
		kind: Config
		current-context: strait-e2e
		clusters:
		- name: strait-e2e
		  cluster:
		    server: https://127.0.0.1:$apiserver_port
		    certificate-authority-data: $(base64 -w0 <"$STATE/pki/ca.crt")
		users:
		- name: $1
		  user: {$2}
		contexts:
		- name: strait-e2e
		  context: {cluster: strait-e2e, user: $1, namespace: $namespace}
	EOF
}

write_kubeconfigs()
{
	local pki=$STATE/pki token
	token=$(cut -d, -f1 "$pki/tokens.csv")
	kubeconfig admin "token: $token" >"$STATE/admin.kubeconfig"
	kubeconfig admin "client-certificate: $pki/admin.crt, client-key: $pki/admin.key" >"$STATE/certificate.kubeconfig"
}
