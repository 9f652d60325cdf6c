# SPDX-License-Identifier: MIT
"""A debugger that speaks GDB's remote protocol: gdb_client.py SOCKET ISA MAIN SCENARIO prints what it sees.

SOCKET is where `vmbench exec --gdb` waits, MAIN the address of main() in hexadecimal digits.
"""
import socket
import sys
import time
import xml.etree.ElementTree as xml

# A breakpoint, how far behind it the program stops, and where pc is among the registers.
ISAS = {
    "riscv64": ("73001000", 0, "pc"),
    "arm64": ("000020d4", 0, "pc"),
    "x86_64": ("cc", 1, "rip"),
}


class Target:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        for _ in range(600):
            try:
                self.socket.connect(path)
                break
            except OSError:
                time.sleep(0.05)
        self.socket.settimeout(60)

    def byte(self):
        got = self.socket.recv(1)
        if not got:
            raise EOFError("the target has closed")
        return got

    def send(self, text):
        data = text.encode()
        self.socket.sendall(b"$" + data + b"#%02x" % (sum(data) & 0xFF))
        if self.byte() != b"+":
            raise ValueError("not acknowledged: " + text)

    def receive(self):
        while self.byte() != b"$":
            pass
        data = b""
        while (got := self.byte()) != b"#":
            data += got
        if int(self.byte() + self.byte(), 16) != sum(data) & 0xFF:
            raise ValueError("a wrong sum")
        self.socket.sendall(b"+")
        return data.decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def description(self):
        text, more = "", "m"
        while more == "m":
            answer = self.ask("qXfer:features:read:target.xml:%x,%x" % (len(text), 600))
            more, text = answer[0], text + answer[1:]
        return xml.fromstring(text.replace('<!DOCTYPE target SYSTEM "gdb-target.dtd">', ""))


class Debugger:
    def __init__(self, path, isa, main):
        self.target = Target(path)
        self.breakpoint, self.behind, self.pc_name = ISAS[isa]
        self.main = int(main, 16)
        self.at, offset = {}, 0
        print("supported", "qXfer:features:read+" in self.target.ask("qSupported:xmlRegisters=i386"))
        for register in self.target.description().iter("reg"):
            digits = int(register.get("bitsize")) // 4
            self.at[register.get("name")] = (offset, digits)
            offset += digits
        print("registers", len(self.target.ask("g")) == offset)
        print("stopped", self.target.ask("?")[:3])

    def pc(self):
        offset, digits = self.at[self.pc_name]
        return int.from_bytes(bytes.fromhex(self.target.ask("g")[offset:offset + digits]), "little")

    def set_pc(self, value):
        offset, digits = self.at[self.pc_name]
        all_of_them = self.target.ask("g")
        new = value.to_bytes(digits // 2, "little").hex()
        return self.target.ask("G" + all_of_them[:offset] + new + all_of_them[offset + digits:])

    def run_to_main(self):
        size = len(self.breakpoint) // 2
        saved = self.target.ask("m%x,%x" % (self.main, size))
        print("written", self.target.ask("M%x,%x:%s" % (self.main, size, self.breakpoint)))
        print("read back", self.target.ask("m%x,%x" % (self.main, size)) == self.breakpoint)
        print("continued", self.target.ask("c")[:3])
        print("at main", self.pc() == self.main + self.behind)
        print("removed", self.target.ask("M%x,%x:%s" % (self.main, size, saved)))
        if self.behind:
            print("back", self.set_pc(self.main))

    def whole(self):
        """A breakpoint, steps, and on to the end."""
        entry = self.pc()
        print("step", self.target.ask("s")[:3], self.pc() != entry)
        self.run_to_main()
        seen = set()
        for _ in range(300):
            self.target.ask("vCont;s:1")
            seen.add(self.pc())
        print("steps", len(seen) > 20)
        print("no memory", self.target.ask("m10,8"), self.target.ask("M10,1:00"))
        print("not known", repr(self.target.ask("vMustReplyEmpty")), repr(self.target.ask("Z0,10,4")))
        print("end", self.target.ask("c"))

    def interrupt(self):
        """Out of a loop without a system call, twice; then the program is killed."""
        self.run_to_main()
        for _ in range(2):
            self.target.send("vCont;c")
            time.sleep(0.3)
            self.target.socket.sendall(b"\x03")
            print("interrupted", self.target.receive()[:3])
        self.target.send("k")

    def detach(self):
        self.run_to_main()
        print("detach", self.target.ask("D"))

    def vanish(self):
        self.run_to_main()
        self.target.socket.close()

    def fault(self):
        """A bad access is told, and then is the program's."""
        print("fault", self.target.ask("c")[:3])
        print("end", self.target.ask("C0b"))

    def nonsense(self):
        """Lengths and addresses that are none, and a packet that is too long."""
        for text in ("m", "mx,1", "m0,ffffffffffffffff", "mffffffffffffffff,8", "M0,4:zz", "G12", "X0,0:",
                     "qXfer:features:read:target.xml:ffffffffffffffff,1", "H", "vCont;"):
            print(text, repr(self.target.ask(text)))
        self.target.socket.sendall(b"$" + b"g" * 40000 + b"#00")
        try:
            print("too long", self.target.receive())
        except (EOFError, OSError):
            print("too long: closed")


debugger = Debugger(*sys.argv[1:4])
getattr(debugger, sys.argv[4])()
