// SPDX-License-Identifier: Apache-2.0
// Brings the module on Serial1 to one version, beside whatever loop() does.
#include <Farfix.h>

static char line[256], command[320];
static Farfix walk(Serial1);

void setup() {
  Serial.begin(115200);
  Serial1.begin(115200);
  ffx_driver_config config = {};
  config.line = line;
  config.line_bytes = sizeof line;
  config.command = command;
  config.command_bytes = sizeof command;
  config.route = FFX_ROUTE_HTTP;
  config.url = "http://fota.example/SIM7000G/A___B/update.zip";
  config.facts.to = "1529B06SIM7000G";
  config.baud = 115200;
  if (walk.begin(config) != FFX_OK)
    Serial.println("the config is wrong");
}

void loop() {
  static bool told = false;
  if (walk.step() || told)
    return;
  told = true;
  Serial.println(ffx_cause_text(walk.cause()));
  Serial.println(ffx_cause_advice(walk.cause()));
}
