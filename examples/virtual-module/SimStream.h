/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests of Arduino code on a PC: what a library for modems takes as its
 * Stream, over the terminal of `farfix sim run --pty`. `Stream` comes from the
 * Arduino.h of your host-side core (EpoxyDuino, ArduinoFake, ...).
 */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include <Arduino.h>

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

class SimStream : public Stream {
  public:
    bool begin(const char *terminal)
    {
        struct termios mode;
        fd = open(terminal, O_RDWR | O_NOCTTY);
        if (fd < 0 || tcgetattr(fd, &mode) != 0)
            return false;
        cfmakeraw(&mode);
        cfsetspeed(&mode, B115200);
        return tcsetattr(fd, TCSANOW, &mode) == 0;
    }

    int available() override
    {
        return peek() >= 0;
    }

    int peek() override
    {
        struct pollfd entry = {fd, POLLIN, 0};
        unsigned char byte;
        if (held < 0 && poll(&entry, 1, 0) == 1 && ::read(fd, &byte, 1) == 1)
            held = byte;
        return held;
    }

    int read() override
    {
        const int byte = peek();
        held = -1;
        return byte;
    }

    size_t write(uint8_t byte) override
    {
        return ::write(fd, &byte, 1) == 1;
    }

    void flush() override
    {
        tcdrain(fd);
    }

  private:
    int fd = -1;
    int held = -1; /* a byte that peek has taken */
};

#endif
