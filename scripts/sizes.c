/* SPDX-License-Identifier: Apache-2.0 */
/* One array per public struct of the device core, as long as the struct:
 * scripts/size reads the lengths with nm from an object for the target. */
#include <farfix/agent.h>
#include <farfix/at.h>
#include <farfix/delta.h>
#include <farfix/driver.h>
#include <farfix/module.h>
#include <farfix/package.h>
#include <farfix/slot.h>
#include <farfix/watch.h>

#define SIZE_OF(room, name) char room##__##name[sizeof(struct name)]

SIZE_OF(agent, ffx_agent);
SIZE_OF(slot, ffx_slot);
SIZE_OF(package, ffx_package);
SIZE_OF(package, ffx_offer);
SIZE_OF(delta, ffx_delta);
SIZE_OF(module, ffx_module);
SIZE_OF(at, ffx_at_reader);
SIZE_OF(at, ffx_at_response);
SIZE_OF(driver, ffx_driver);
SIZE_OF(watch, ffx_watch);
