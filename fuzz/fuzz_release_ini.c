/* SPDX-License-Identifier: Apache-2.0 */
/* Whatever stands in release.ini: it is refused with one line that names the
 * place, or it keeps every promise that the maker builds on. */
#include "pack/release_ini.h"

#include <stdlib.h>
#include <string.h>

static void require(int good)
{
    if (!good)
        abort();
}

static void check_refusal(const struct pack_error *error)
{
    require(error->code == FFX_ERR_MANIFEST);
    require(strncmp(error->text, "f:", 2) == 0 && strlen(error->text) > 4);
    for (const char *c = error->text; *c != '\0'; c++)
        require((unsigned char)*c >= ' ' && *c != 0x7f);
}

static void check_component(const struct pack_release *release, uint32_t i)
{
    const struct pack_component *const component = &release->components[i];
    require(ffx_component_valid(component->name));
    require(component->file[0] != '\0' && component->file[0] != '.' &&
            strchr(component->file, '/') == NULL);
    require(component->sector > 0 && component->step > 0 &&
            component->step % component->sector == 0 &&
            component->slot_size >= component->sector);
    for (uint32_t k = 0; k < i; k++)
        require(strcmp(component->name, release->components[k].name) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct pack_release release;
    struct pack_error error;
    char *const text = malloc(size + 1);
    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    memset(&release, 0, sizeof release);
    if (release_ini_parse("f", text, size, &release, &error) != 0) {
        check_refusal(&error);
    } else {
        require(ffx_model_valid(release.model) &&
                ffx_version_valid(release.version) && release.sequence > 0);
        require(release.component_count >= 1 &&
                release.component_count <= FFX_COMPONENTS);
        for (uint32_t i = 0; i < release.component_count; i++)
            check_component(&release, i);
    }
    free(text);
    return 0;
}
