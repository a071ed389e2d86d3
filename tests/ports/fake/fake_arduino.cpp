// SPDX-License-Identifier: Apache-2.0
// Arduino on the host: Serial1 is the line of the virtual module.
#include "fake.h"

#include <Farfix.h>

class Line : public HardwareSerial {
  public:
    void begin(unsigned long) override
    {
    }
    int available() override
    {
        if (got_ == put_) {
            got_ = 0;
            put_ = posix_port_read(&fake_line, bytes_, sizeof bytes_, 1);
        }
        return (int)(put_ - got_);
    }
    int read() override
    {
        return available() > 0 ? bytes_[got_++] : -1;
    }
    int peek() override
    {
        return available() > 0 ? bytes_[got_] : -1;
    }
    size_t write(uint8_t byte) override
    {
        return write(&byte, 1);
    }
    size_t write(const uint8_t *buffer, size_t size) override
    {
        return posix_port_write(&fake_line, buffer, size);
    }

  private:
    uint8_t bytes_[64]; // as on an AVR
    size_t put_ = 0, got_ = 0;
};

unsigned long millis()
{
    return posix_port_now_ms();
}

static int update(const ffx_driver_config *config, ffx_cause *cause)
{
    Line line;
    Farfix walk(line);
    if (walk.step() || walk.cause() != FFX_CAUSE_CONFIG)
        return FFX_ERR_STATE; // not before it has begun
    const int code = walk.begin(*config);
    while (walk.step())
        ;
    *cause = walk.cause();
    return code;
}

int main(int count, char **words)
{
    return fake_main(count, words, update);
}
