/* SPDX-License-Identifier: Apache-2.0 */
#include <farfix/error.h>

static const struct {
    int error;
    const char *text;
} error_texts[] = {
    {FFX_OK, "no error"},
    {FFX_ERR_ARGUMENT, "wrong use of the library"},
    {FFX_ERR_BUFFER, "buffer too small"},
    {FFX_ERR_BUSY, "not possible in the present state"},
    {FFX_ERR_IO, "input or output failed"},
    {FFX_ERR_FLASH, "flash does not erase or program"},
    {FFX_ERR_ECC, "flash word cannot be read"},
    {FFX_ERR_POWER, "power is off"},
    {FFX_ERR_SPACE, "no space left"},
    {FFX_ERR_NO_PACKAGE, "no update package"},
    {FFX_ERR_ZIP, "package file is damaged or not one of ours"},
    {FFX_ERR_MANIFEST, "manifest is not canonical"},
    {FFX_ERR_SIGNATURE, "no trusted key made this signature"},
    {FFX_ERR_CERT, "package key is not valid for this release"},
    {FFX_ERR_MODEL, "package is for another model"},
    {FFX_ERR_SOURCE, "package is for another source version"},
    {FFX_ERR_SEQUENCE, "release is not newer than the installed one"},
    {FFX_ERR_GEOMETRY, "package does not fit this device's flash"},
    {FFX_ERR_PAYLOAD, "payload differs from its signed digest"},
    {FFX_ERR_PATCH, "patch is damaged or not one of ours"},
    {FFX_ERR_DIGEST, "image in flash differs from its signed digest"},
    {FFX_ERR_RECOVERY, "recovery needs the same package or a full image"},
    {FFX_ERR_TRIAL, "new firmware did not confirm itself"},
    {FFX_ERR_TEST_KEY, "release key is a published test key"},
    {FFX_ERR_STATE, "device holds no agent state: provision it first"},
    {FFX_ERR_SYNTAX, "malformed line or argument"},
    {FFX_ERR_TIMEOUT, "no answer in time"},
    {FFX_ERR_REFUSED, "the other side answered ERROR"},
};

const char *ffx_error_text(int error)
{
    for (unsigned i = 0; i < sizeof error_texts / sizeof error_texts[0]; i++)
        if (error_texts[i].error == error)
            return error_texts[i].text;
    return "unknown error";
}
