#!/bin/bash
# SPDX-License-Identifier: MIT
# The lab image, unattended: boots with a disk, a serial port and a network, measures what its
# command line says, hands the results over on each, switches off; time limit: 300 s

. "$(dirname "$0")/../e2e/e2e.sh"
PATH=$PATH:/sbin:/usr/sbin

for tool in qemu-system-x86_64 mke2fs debugfs; do
	if ! command -v "$tool" >/dev/null; then
		skip "the lab image boots" "no $tool: run tools/install-deps.sh"
		finish
	fi
done
run "$top/tools/lab/image" x86_64 6.12
if [ "$status" = 77 ]; then
	skip "the lab image boots" "$(tail -n 1 <<<"$err")"
	finish
fi
is "make lab-image" 0 "$status"
image=$(tail -n 1 <<<"$out")

# A server that keeps what is posted, and a TFTP server that takes one file; both on loopback.
cat >"$tmp/servers.py" <<'PY'
import http.server, os, socket, struct, sys, threading
where = sys.argv[1]
class Keep(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        open(os.path.join(where, "http.vmb"), "wb").write(body)
        self.send_response(201); self.send_header("Content-Length", "0"); self.end_headers()
    def log_message(self, *a): pass
def tftp(s):
    request, client = s.recvfrom(1024)
    t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); t.bind(("127.0.0.1", 0)); t.settimeout(60)
    open(os.path.join(where, "tftp.name"), "wb").write(request[2:].split(b"\0")[0])
    data, block = b"", 0
    if request[:2] != b"\0\2": return
    t.sendto(struct.pack(">HH", 4, 0), client)
    while True:
        packet, client = t.recvfrom(1024)
        op, number = struct.unpack(">HH", packet[:4])
        if op == 3 and number == (block + 1) & 0xffff:
            data += packet[4:]; block += 1
            if len(packet) < 516: open(os.path.join(where, "tftp.vmb"), "wb").write(data)
        t.sendto(struct.pack(">HH", 4, number), client)
u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(("127.0.0.1", 0))
h = http.server.HTTPServer(("127.0.0.1", 0), Keep)
threading.Thread(target=tftp, args=(u,), daemon=True).start()
open(os.path.join(where, "ports"), "w").write("%d %d\n" % (h.server_port, u.getsockname()[1]))
h.serve_forever()
PY
python3 "$tmp/servers.py" "$tmp" &
at_exit "kill $! 2>/dev/null"
for _ in $(seq 100); do
	[ -s "$tmp/ports" ] && break
	sleep 0.1
done
read -r http tftp <"$tmp/ports"

mke2fs -q -t ext4 -L VMBENCH "$tmp/disk" 32M >/dev/null || fail "a disk is made"
measure='--rounds 2 --sample-size 8 --measurement-time 2ms --warm-up-time 1ms ^(self/empty|tlb/host_flush/page)'
start=$SECONDS
timeout 250 qemu-system-x86_64 -M q35 -cpu max,la57=off -smp 2 -m 1024 -accel tcg,thread=single \
	-nodefaults -no-user-config -display none -serial "file:$tmp/console" -no-reboot \
	-kernel "$image/vmlinuz" -initrd "$image/initrd.cpio" \
	-drive "if=virtio,format=raw,file=$tmp/disk" \
	-device virtio-serial-pci -chardev "file,id=port,path=$tmp/port.tar" \
	-device virtserialport,chardev=port,name=vmbench \
	-netdev user,id=net \
	-device virtio-net-pci,netdev=net \
	-append "console=ttyS0 quiet panic=-1 mitigations=off pti=off cryptomgr.notests tsc=reliable \
isolcpus=managed_irq,domain,1 nohz_full=1 rcu_nocbs=1 irqaffinity=0 \
vmbench.run=\"$measure\" vmbench.pin=isolated vmbench.out=\"disk port http://10.0.2.2:$http/lab/ tftp://10.0.2.2:$tftp/lab-\"" \
	</dev/null >"$tmp/qemu.log" 2>&1
is "it switches the machine off by itself" 0 $?
echo "# $((SECONDS - start)) s"
said=$(tr -d '\r' <"$tmp/console")
like "it measures on the isolated CPU" 'LAB isolated CPUs: 1$' "$said"
like "the run is good" 'LAB vmbench ended with 0$' "$said"
for place in disk port "http://10.0.2.2:$http/lab/" "tftp://10.0.2.2:$tftp/lab-"; do
	like "results: $place" "^LAB results: $place\$" "$said"
done
[ "$nr_failed" = 0 ] || tail -n 30 <<<"$said" | sed 's/^/# /'

mkdir "$tmp/from-disk" "$tmp/from-port"
debugfs -R "rdump / $tmp/from-disk" "$tmp/disk" >/dev/null 2>&1
tar -xf "$tmp/port.tar" -C "$tmp/from-port"
run "$vmbench" report --results "$tmp/from-disk" --format json
is "what the disk has opens here" "0 {'self/empty': 'ok', 'tlb/host_flush/page': 'ok'}" \
	"$status $(json '{i: x["status"].replace("unreliable", "ok") for i, x in b.items()}' <<<"$out")"
is "it ran pinned to the isolated CPU" 1 "$(json 'd["environment"]["pin"]["cpus"]' <<<"$out")"
file=$(echo "$tmp"/from-disk/runs/*.vmb)
check "the port had the same" cmp "$file" "$tmp/from-port/runs/$(basename "$file")"
check "so did the web server" cmp "$file" "$tmp/http.vmb"
check "and the TFTP server" cmp "$file" "$tmp/tftp.vmb"
is "by that name" "lab-$(basename "$file")" "$(cat "$tmp/tftp.name")"
check "what doctor mended is told beside it" test -s "$tmp/from-disk/doctor.txt"
finish
