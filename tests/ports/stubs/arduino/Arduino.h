// SPDX-License-Identifier: Apache-2.0
// Stands for <Arduino.h> of ArduinoCore-API 1.4, as far as farfix uses it.
#ifndef STUB_ARDUINO_H
#define STUB_ARDUINO_H

#include <stddef.h>
#include <stdint.h>

class Print {
  public:
    virtual ~Print()
    {
    }
    virtual size_t write(uint8_t) = 0;
    virtual size_t write(const uint8_t *buffer, size_t size) = 0;
    size_t println(const char *text);
};

class Stream : public Print {
  public:
    virtual int available() = 0;
    virtual int read() = 0;
    virtual int peek() = 0;
};

class HardwareSerial : public Stream {
  public:
    virtual void begin(unsigned long baud) = 0;
};

extern HardwareSerial &Serial, &Serial1;
unsigned long millis();
void setup();
void loop();

#endif
