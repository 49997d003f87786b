# Waits until a TCP port is listened on in this container and prints it in hex.
# $1: the ports in hex, any one of them will do, empty for any port at all; $2: seconds to wait at most.
# Only builtins but sleep: it runs twenty times a second beside the service.
rounds=$(($2 * 20))
while [ "$rounds" -gt 0 ]; do
	for table in /proc/net/tcp /proc/net/tcp6; do
		[ -r "$table" ] || continue
		while read -r _ address _ state _; do
			[ "$state" = 0A ] || continue
			case $address in 0B00007F:*) continue ;; esac # Docker's own name server on 127.0.0.11
			port=${address##*:}
			case " ${1:-$port} " in *" $port "*)
				echo "$port"
				exit 0
				;;
			esac
		done <"$table"
	done
	rounds=$((rounds - 1))
	sleep 0.05 2>/dev/null || sleep 1
done
exit 1
