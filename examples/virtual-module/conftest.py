# SPDX-License-Identifier: Apache-2.0
"""pytest fixtures: a fresh SIM7000 on a pseudo terminal for each test."""
import shutil
import socket
import subprocess
import time

import pytest
import serial  # python3-serial

FARFIX = shutil.which("farfix") or "farfix"


class Module:
    """A running module: .port is the terminal, .control() makes trouble."""

    def __init__(self, directory, *options):
        self.port = str(directory / "modem")
        self.socket = str(directory / "control")
        self.process = subprocess.Popen(
            [FARFIX, "sim", "run", "--state", str(directory / "state"),
             "--version", "1529B08SIM7000G", "--pty", self.port,
             "--control", self.socket, *options],
            stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        if not ready.startswith("ready"):
            raise RuntimeError("farfix sim run did not start")
        self.line = serial.Serial(self.port, 115200, timeout=5)
        self.wait_for("SMS Ready")

    def wait_for(self, text, seconds=10):
        """Reads until `text` has come; returns all that came."""
        heard, end = "", time.monotonic() + seconds
        while text not in heard:
            if time.monotonic() > end:
                raise AssertionError(f"no {text!r} in {heard!r}")
            heard += self.line.read(1).decode("ascii", "replace")
        return heard

    def at(self, command, answer="OK"):
        self.line.write(command.encode() + b"\r")
        return self.wait_for(answer)

    def control(self, command):
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(self.socket)
            control.sendall(command.encode() + b"\n")
            return control.makefile().readline().strip()

    def stop(self):
        self.line.close()
        self.process.terminate()
        return self.process.wait(10)


@pytest.fixture
def module(tmp_path):
    running = Module(tmp_path)
    yield running
    running.stop()
