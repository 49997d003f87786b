# Waits until a TCP port is listened on in this container and prints it in hex.
# $1: the ports in hex, any one of them will do, empty for any port at all; $2: seconds to wait at most.
# Only builtins but sleep: it looks twenty times a second beside the service, and after ten seconds every other second.
left=$(($2 * 20)) late=$(($2 * 20 - 200))
while [ "$left" -gt 0 ]; do
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
	if [ "$left" -gt "$late" ] && sleep 0.05 2>/dev/null; then
		left=$((left - 1))
	else
		sleep 2
		left=$((left - 40))
	fi
done
exit 1
