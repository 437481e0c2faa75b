#!/usr/bin/env python3
"""Opens thousands of connections to `benchpages serve` and prints the memory of the server.

    benches/clients.py target/release/benchpages HISTORY [CONNECTIONS]

A third of the connections send nothing, a third half a request, and a third ask for the largest
file of the site and read nothing. At the end a page is asked for as a browser does. Linux only.
"""
import os, re, resource, socket, subprocess, sys, tempfile, time

TIMEOUT_S = 120


def memory_mb(process, field):
    with open(f"/proc/{process.pid}/status") as status:
        return int(re.search(rf"{field}:\s+(\d+)", status.read())[1]) / 1024


def connect(port, data):
    client = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S)
    if data:
        client.sendall(data)
    return client


def request(path):
    return f"GET /{path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


def largest_file(site):
    paths = (os.path.join(folder, name) for folder, _, names in os.walk(site) for name in names)
    return os.path.relpath(max(paths, key=os.path.getsize), site)


def main():
    program, history = sys.argv[1:3]
    count = int(sys.argv[3]) if len(sys.argv) > 3 else 10_000
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 100, hard), hard))
    with tempfile.TemporaryDirectory() as folder:
        site = os.path.join(folder, "site")
        command = [program, "serve", "--demo", "--port", "0", "--data", history, "--out", site]
        server = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        try:
            line = next(line for line in server.stderr if "http://" in line)
            port = int(re.search(r"localhost:(\d+)", line)[1])
            largest = largest_file(site)
            print(f"before: {memory_mb(server, 'VmRSS'):.0f} MB")
            kinds = [b"", b"GET / HTTP/1.1\r\nHost: local", request(largest)]
            clients, start = [], time.monotonic()
            for at in range(count):
                clients.append(connect(port, kinds[at % len(kinds)]))
            seconds = time.monotonic() - start
            print(f"{len(clients)} connections in {seconds:.1f} s: {memory_mb(server, 'VmRSS'):.0f} MB")
            start = time.monotonic()
            answer = connect(port, request("")).recv(100)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            print(f"a page after {time.monotonic() - start:.2f} s")
            size = os.path.getsize(os.path.join(site, largest)) / 1e6
            print(f"peak: {memory_mb(server, 'VmHWM'):.0f} MB; the largest file has {size:.1f} MB")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
