// SPDX-License-Identifier: Apache-2.0
// farfix for Arduino: a module on any Stream (Serial1, SoftwareSerial), walked
// from loop().
//
//   Farfix walk(Serial1);
//   setup: walk.begin(config);      loop: if (walk.step()) return;
//
// Serial's receive buffer is short on some cores (AVR: 64 bytes): call step()
// often, or make the buffer larger (SERIAL_RX_BUFFER_SIZE, setRxBufferSize).
#ifndef FARFIX_ARDUINO_H
#define FARFIX_ARDUINO_H

#include <Arduino.h>
#include <farfix/driver.h>

class Farfix {
  public:
    explicit Farfix(Stream &line) : line_(line)
    {
    }

    Farfix(const Farfix &) = delete; // the driver must not be moved

    // Copies `config`; what it names must live on. FFX_OK, or the code of
    // ffx_driver_init: the config is wrong, nothing is sent.
    int begin(const ffx_driver_config &config)
    {
        config_ = config;
        code_ = ffx_driver_init(&driver_, &config_, millis());
        return code_;
    }

    // What is to be done now, without waiting. True: call it again, soon.
    bool step()
    {
        if (code_ != FFX_OK || ffx_driver_finished(&driver_, nullptr))
            return false;
        hear();
        ffx_driver_poll(&driver_, millis());
        send();
        return !ffx_driver_finished(&driver_, nullptr);
    }

    // How the walk ended, once step() is false and begin() was FFX_OK.
    ffx_cause cause() const
    {
        ffx_cause cause = FFX_CAUSE_CONFIG;
        if (code_ == FFX_OK)
            ffx_driver_finished(&driver_, &cause);
        return cause;
    }

    // Model, version, signal: what the module said about itself.
    const ffx_driver_found &found() const
    {
        return driver_.found;
    }

  private:
    void hear()
    {
        uint8_t bytes[64];
        uint32_t length = 0;
        while (length < sizeof bytes && line_.available() > 0)
            bytes[length++] = (uint8_t)line_.read();
        ffx_driver_feed(&driver_, bytes, length, millis());
    }

    // A few bytes at a time: write() may wait, and meanwhile more come in.
    void send()
    {
        uint32_t length;
        const void *bytes = ffx_driver_buf(&driver_, &length);
        if (bytes == nullptr)
            return;
        const size_t few = length < 32 ? length : 32;
        ffx_driver_ack(&driver_, (uint32_t)line_.write(
                                     static_cast<const uint8_t *>(bytes), few));
    }

    Stream &line_;
    ffx_driver_config config_ = {};
    ffx_driver driver_ = {};
    int code_ = FFX_ERR_STATE;
};

#endif
