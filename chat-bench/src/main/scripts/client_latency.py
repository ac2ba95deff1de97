#!/usr/bin/env python3
"""How long a key takes in the real full-screen client, while another participant says much over WebRTC.

Runs ./parley as people do: a worker, a host on a pseudo terminal of 120x40, and a guest that speaks. Types one letter
after another that nobody says, and measures until the client has painted it. Linux only.

    ./parley --version    # builds
    python3 chat-bench/src/main/scripts/client_latency.py [SECONDS] [MESSAGES-A-SECOND]
"""
import fcntl
import json
import os
import pathlib
import pty
import random
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time

PARLEY = str(pathlib.Path(__file__).resolve().parents[4] / "parley")
ROWS, COLUMNS = 40, 120
# Letters that stand in no message and end no escape sequence.
KEYS = "QWYV"
KEYS_UNTIL_EMPTIED = 40
CONTROL_U = b"\x15"
WORDS = "tea coffee 日本語 👍 https://example.org/tea `code` and then é something".split()


def environment(home, name):
    return dict(os.environ, PARLEY_HOME=home, PARLEY_NAME=name, PARLEY_IDENTITY_PROTECTION="file-permissions",
                TERM="xterm-256color", COLORTERM="truecolor", LANG="C.UTF-8")


def program(home, name, *arguments):
    return subprocess.Popen([PARLEY, *arguments, "--json"], env=environment(home, name), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def event(process, wanted):
    for line in process.stdout:
        told = json.loads(line)
        if wanted(told):
            return told
    raise RuntimeError("the program has ended: " + " ".join(process.args))


class Client:
    """The host, on a terminal of its own."""

    def __init__(self, home, url):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.execvpe(PARLEY, [PARLEY, "create", "Tea", "--public", "--signaling", url], environment(home, "Ada"))
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        os.kill(self.pid, signal.SIGWINCH)
        self.painted = 0

    def read_until(self, text, seconds):
        """Reads what is painted until there is a text in it; None is in nothing."""
        seen = b""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.terminal], [], [], left)[0]:
                part = os.read(self.terminal, 1 << 16)
                self.painted += len(part)
                seen = seen[-64:] + part
                if text is not None and text in seen:
                    return True
        return False

    def type(self, keys):
        os.write(self.terminal, keys)


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_megabytes(pid):
    pages = int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000


def talk(guest, seconds, rate):
    begin = time.monotonic()
    for number in range(seconds * rate):
        time.sleep(max(0, begin + number / rate - time.monotonic()))
        text = " ".join(random.choice(WORDS) for _ in range(random.randint(1, 20)))
        guest.stdin.write((json.dumps({"cmd": "send", "text": text}) + "\n").encode())
        guest.stdin.flush()


def measure(client, seconds):
    taken = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        key = KEYS[len(taken) % len(KEYS)].encode()
        begin = time.perf_counter()
        client.type(key)
        if not client.read_until(key, 5):
            raise RuntimeError("a key is not painted")
        taken.append(time.perf_counter() - begin)
        client.read_until(None, random.uniform(0.02, 0.17))
        if len(taken) % KEYS_UNTIL_EMPTIED == 0:
            client.type(CONTROL_U)
            client.read_until(None, 0.1)
    return sorted(taken)


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    rate = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    random.seed(1)
    with tempfile.TemporaryDirectory() as home:
        worker = program(home + "/worker", "worker", "serve", "--port", "0")
        others = [worker]
        client = None
        try:
            url = event(worker, lambda told: told["event"] == "listening")["url"]
            client = Client(home + "/Ada", url)
            if not client.read_until(b"nobody else is here", 60):
                raise RuntimeError("the client does not start")
            rooms = program(home + "/Grace", "Grace", "rooms", "--signaling", url)
            others.append(rooms)
            room = event(rooms, lambda told: told["event"] == "room")["roomId"]
            guest = program(home + "/Grace", "Grace", "join", room, "--signaling", url)
            others.append(guest)
            event(guest, lambda told: told.get("state") == "CONNECTED")
            threading.Thread(target=lambda: [None for _ in guest.stdout], daemon=True).start()
            client.read_until(None, 2)
            before, painted = processor_seconds(client.pid), client.painted
            if rate:
                threading.Thread(target=talk, args=(guest, seconds, rate), daemon=True).start()
            taken = measure(client, seconds)
            part = lambda of: 1e3 * taken[min(len(taken) - 1, int(of * len(taken)))]
            print("| messages/s | keys | p50 ms | p99 ms | longest ms | CPU of the client | its memory MB | KB/s painted |")
            print("|---:|---:|---:|---:|---:|---:|---:|---:|")
            print(f"| {rate} | {len(taken)} | {part(0.5):.1f} | {part(0.99):.1f} | {part(1):.1f} "
                  f"| {100 * (processor_seconds(client.pid) - before) / seconds:.0f} % "
                  f"| {resident_megabytes(client.pid)} | {(client.painted - painted) / seconds / 1000:.0f} |")
        finally:
            if client is not None:
                os.kill(client.pid, signal.SIGKILL)
            for process in others:
                process.kill()


main()
